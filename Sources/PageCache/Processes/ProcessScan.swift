import CLinux
import Glibc
import SystemPackage

/// What one process shows of its use of a file.
struct ProcessScan {
  /// Whether the caller may not see something, of a process that may have files.
  private(set) var isHidden = false
  private let process: Int32
  private var isOpen = false
  private var access: FileUser.Access = []
  private var (reading, writing) = (SeenModes(), SeenModes())
  private var mapping = FileUser.Mapping.none

  init(at process: Int32) { self.process = process }

  /// The process as a user of the file, if it is one and still there.
  var user: FileUser? {
    guard isOpen || mapping != .none, let name = try? ProcFile("/proc/\(process)/comm").bytes.dropLast() else {
      return nil
    }
    let modes = access.contains(.write) ? writing : reading
    return FileUser(
      processID: process, name: String(decoding: name, as: UTF8.self), access: access, modes: modes.any,
      commonModes: modes.all ?? [], mapping: mapping, isSelf: process == getpid())
  }

  mutating func scanDescriptors(for file: FileIdentity) {
    do throws(Errno) {
      let folder = try ProcFolder("/proc/\(process)/fd")
      while let descriptor = folder.next() { scan(descriptor, in: folder, for: file) }
    } catch { refused(error) }
  }

  private mutating func scan(_ descriptor: Int32, in folder: borrowing ProcFolder, for file: FileIdentity) {
    do throws(Errno) {
      guard try file.isFile(descriptor, in: folder.descriptor) else { return }
      let info = try ProcFile("/proc/\(process)/fdinfo/\(descriptor)")
      isOpen = true
      if let flags = info.value(of: "flags").flatMap({ Int32($0, radix: 8) }) {
        let (rights, modes) = (FileUser.Access(flags: flags), FileUser.Modes(flags: flags))
        access.formUnion(rights)
        if rights.contains(.write) { writing.add(modes) } else { reading.add(modes) }
      }
    } catch { refused(error) }
  }

  mutating func scanMaps(for file: FileIdentity) {
    do throws(Errno) {
      var found = mapping
      try ProcFile.forEachLine(of: "/proc/\(process)/maps") { line in
        if let line = MapsLine(line), file.isFile(line) { found = line.mapping }
        return found != .writable
      }
      mapping = found
    } catch { refused(error) }
  }

  /// Notes that the caller may not see something, unless the process or the descriptor is gone.
  private mutating func refused(_ reason: Errno) {
    guard reason != .noSuchFileOrDirectory, reason != .noSuchProcess, !isHidden else { return }
    isHidden = mayHaveFiles
  }

  /// Whether it is neither a thread of the kernel nor a process that has ended and waits for its parent.
  private var mayHaveFiles: Bool {
    // "2 (kthreadd) S 0 0 0 0 -1 2129984 …": the state, and after five fields more the flags. The name may hold blanks.
    guard let line = try? ProcFile("/proc/\(process)/stat").lines.first else { return false }
    let fields = line.split(separator: UInt8(ascii: ")")).last?.split(separator: UInt8(ascii: " ")) ?? []
    guard fields.count > 6, let flags = Int(String(decoding: fields[6], as: UTF8.self)) else { return true }
    let isKernelThread = flags & 0x20_0000 != 0  // PF_KTHREAD
    return !isKernelThread && fields[0] != [UInt8(ascii: "Z")]
  }
}

/// The flags of several descriptors.
private struct SeenModes {
  private(set) var any = FileUser.Modes()
  private(set) var all: FileUser.Modes?

  mutating func add(_ modes: FileUser.Modes) {
    any.formUnion(modes)
    let counted = modes.contains(.synchronous) ? modes.union(.dataSynchronous) : modes
    all = all?.intersection(counted) ?? counted
  }
}

extension FileUser.Access {
  /// What the flags of open(2) allow.
  fileprivate init(flags: Int32) {
    self =
      switch flags & (O_ACCMODE | Int32(CLINUX_O_PATH)) {
      case O_RDONLY: .read
      case O_WRONLY: .write
      case O_RDWR: [.read, .write]
      default: []
      }
  }
}

extension FileUser.Modes {
  /// Those of the flags of open(2).
  fileprivate init(flags: Int32) { self.init(rawValue: UInt8(truncatingIfNeeded: clinux_modes(flags))) }
}
