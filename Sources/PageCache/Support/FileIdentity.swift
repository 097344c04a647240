import CLinux
import SystemPackage

/// The two numbers by which the kernel identifies a file, as statx(2) and as `/proc/PID/maps` show them.
struct FileIdentity {
  private let identity: clinux_identity
  /// The fields of a line of maps: "fe:00" and "737".
  private let mapped: (device: [UInt8], inode: [UInt8])

  init(of file: FileDescriptor) throws(PageCacheError) {
    var raw = clinux_identity()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_identity(file.rawValue, "", 0, &raw)
    try PageCacheError.check(code)
    identity = raw
    if let own = Self.ownMapping(of: file) {
      mapped = (Array(own.device), Array(own.inode))
    } else {
      mapped = (Array(Self.device(raw.major, raw.minor).utf8), Array("\(raw.inode)".utf8))
    }
  }

  /// Whether a descriptor of a folder `/proc/PID/fd` leads to the file, or the errno that keeps it from being known.
  func isFile(_ descriptor: Int32, in folder: Int32) throws(Errno) -> Bool {
    var raw = clinux_identity()
    // SAFETY: the call fills the structure that it is given.
    let code = unsafe clinux_identity(folder, "\(descriptor)", 0, &raw)
    guard code == 0 else { throw Errno(rawValue: code) }
    return clinux_is_same(raw, identity)
  }

  /// Whether a line of maps is one of the file.
  func isFile(_ line: MapsLine) -> Bool {
    line.inode.elementsEqual(mapped.inode) && line.device.elementsEqual(mapped.device)
  }

  /// Whether these are the numbers that a line of maps has of the file.
  func isFile(mappedAs major: UInt32, _ minor: UInt32, inode: UInt64) -> Bool {
    mapped.inode.elementsEqual("\(inode)".utf8) && mapped.device.elementsEqual(Self.device(major, minor).utf8)
  }

  private static func device(_ major: UInt32, _ minor: UInt32) -> String {
    func hex(_ number: UInt32) -> String { (number < 16 ? "0" : "") + String(number, radix: 16) }
    return "\(hex(major)):\(hex(minor))"
  }

  /// The line of maps of a mapping of our own; none for a character device, which a mapping may set to work.
  private static func ownMapping(of file: FileDescriptor) -> MapsLine? {
    guard (try? PagedFile(file)) != nil,
      let window = try? FileWindow(of: file, from: 0, length: PageCache.pageSize)
    else { return nil }
    let start = window.start
    var found: MapsLine?
    try? ProcFile.forEachLine(of: "/proc/thread-self/maps") { line in
      found = MapsLine(line).flatMap { $0.addresses?.contains(start) == true ? $0 : nil }
      return found == nil
    }
    return found
  }
}
