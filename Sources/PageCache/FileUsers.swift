import CLinux
import Glibc
public import SystemPackage

/// A process that has a file open or mapped.
public struct FileUser: Sendable, Equatable {
  /// What a process may do with a file by its descriptors.
  public struct Access: OptionSet, Sendable, Hashable {
    /// One bit for each right.
    public let rawValue: UInt8

    /// An access of some rights.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A descriptor is open for reading.
    public static let read = Access(rawValue: 1)
    /// A descriptor is open for writing.
    public static let write = Access(rawValue: 2)
  }

  /// How a process has a file mapped; of several mappings, the one that can do most.
  public enum Mapping: Sendable {
    /// It has no mapping of it.
    case none
    /// It reads by way of memory, or writes to copies of its own.
    case readOnly
    /// What it stores in memory changes the file: the mapping is shared and writable now.
    case writable
  }

  /// The process's number, as `/proc` has it.
  public let processID: Int32
  /// The first 15 bytes of its name, or what it calls itself.
  public let name: String
  /// What its descriptors allow; empty if it has only mappings, or a descriptor of `O_PATH`.
  public let access: Access
  /// Whether it has the file in its memory.
  public let mapping: Mapping
  /// Whether it is this process, whose descriptor the question was asked with.
  public let isSelf: Bool

  /// Whether it can change the file's bytes with what it holds.
  public var canChange: Bool { access.contains(.write) || mapping == .writable }
}

/// The processes that have a file open or mapped, so far as they may be known.
public struct FileUsers: Sendable, Equatable {
  /// Those that were found, by their numbers.
  public let users: [FileUser]
  /// How many processes there are besides of which not all may be looked at, so that they may use the file as well.
  ///
  /// If it is 0, nobody else uses the file, so far as `/proc` goes; else what was not found may be there.
  public let hiddenProcesses: Int
}

extension PageCache {
  /// Which processes have a file open or mapped now, whatever name they opened it by: a walk through `/proc`.
  ///
  /// A descriptor counts if statx(2) through `/proc/PID/fd` gives the same device and inode, a mapping if its line in
  /// `/proc/PID/maps` does. There some file systems show another device than statx(2), Btrfs and overlays among them;
  /// so a page of the file is mapped here for a moment, and the two numbers are taken from this process's own line. A
  /// file that is open for writing alone can't be mapped: then only those are found whose file system shows one device.
  /// On Btrfs a file of another subvolume with the same inode number can't be told from this one by a mapping.
  ///
  /// Root sees every process; anybody else sees those of the same user, and the rest are counted as hidden. Not counted
  /// are kernel threads, which open nothing, processes in other PID namespaces, those that `/proc` leaves out when it is
  /// mounted with `hidepid`, and files in the kernel's own hands: swap files, loop devices, exports. Processes that end
  /// meanwhile are left out. It is no snapshot.
  ///
  /// The cost is a statx(2) for each descriptor and the text of each process's maps: see the article for figures.
  ///
  /// - Parameter file: An open file of any kind.
  /// - Returns: The users, this process among them, and how many can't be known.
  /// - Throws: The reason why nothing is known.
  public static func users(of file: FileDescriptor) throws(UnknownReason) -> FileUsers {
    let identity = try FileIdentity(of: file)
    guard (try? ProcFile("/proc/thread-self/comm")) != nil, let processes = try? ProcFolder("/proc") else {
      throw .noProc
    }
    var users: [FileUser] = []
    var hidden = 0
    while let process = processes.next() {
      var look = ProcessLook(at: process)
      look.lookAtDescriptors(for: identity)
      look.lookAtMaps(for: identity)
      if let user = look.user { users.append(user) } else if look.isHidden { hidden += 1 }
    }
    return FileUsers(users: users.sorted { $0.processID < $1.processID }, hiddenProcesses: hidden)
  }
}
