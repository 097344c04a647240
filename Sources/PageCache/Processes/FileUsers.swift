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

  /// How a process's descriptors write, or read, beside what they may: the flags of open(2).
  public struct Modes: OptionSet, Sendable, Hashable {
    /// One bit for each flag.
    public let rawValue: UInt8

    /// Some flags.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `O_DIRECT`: it goes past the page cache, where nothing of it is seen.
    public static let direct = Modes(rawValue: UInt8(CLINUX_DIRECT))
    /// `O_SYNC`: each write returns when its bytes and all that is known of the file are durable.
    public static let synchronous = Modes(rawValue: UInt8(CLINUX_SYNCHRONOUS))
    /// `O_DSYNC`: each write returns when its bytes are durable.
    public static let dataSynchronous = Modes(rawValue: UInt8(CLINUX_DATA_SYNCHRONOUS))
    /// `O_APPEND`: each write goes to the end of the file.
    public static let append = Modes(rawValue: UInt8(CLINUX_APPENDING))
  }

  /// The process's number, as `/proc` has it.
  public let processID: Int32
  /// The first 15 bytes of its name, or what it calls itself: `/proc/PID/comm`.
  ///
  /// It may be empty, hold any characters, and be a lie. What is not UTF-8 is replaced.
  public let name: String
  /// What its descriptors allow; empty if it has only mappings, or a descriptor of `O_PATH`.
  public let access: Access
  /// The flags of its descriptors that write, each that at least one of them has; where none writes, of those that
  /// read.
  public let modes: Modes
  /// Those flags that each of these descriptors has; `O_SYNC` counts as `O_DSYNC` too, which it includes.
  ///
  /// A process may have another descriptor that writes otherwise.
  public let commonModes: Modes
  /// Whether it has the file in its memory.
  public let mapping: Mapping
  /// Whether it is this process, whose descriptor is in use.
  public let isSelf: Bool

  /// Whether it can change the file's bytes with what it holds.
  public var canChange: Bool { access.contains(.write) || mapping == .writable }
}

/// The processes that have a file open or mapped, as far as the caller may see them.
public struct FileUsers: Sendable, Equatable {
  /// The processes that were found, by their numbers.
  public let users: [FileUser]
  /// How many other processes there are that the caller may not see in full, and that may use the file as well.
  ///
  /// If it is 0, no other process uses the file, as far as `/proc` shows.
  public let hiddenProcesses: Int
}

extension PageCache {
  /// Which processes have a file open or mapped now, whatever name they opened it by: a walk through `/proc`.
  ///
  /// A descriptor counts if statx(2) through `/proc/PID/fd` gives the same device and inode, a mapping if its line in
  /// `/proc/PID/maps` does. Some file systems show another device there than statx(2) does, Btrfs and overlays among
  /// them; so a page of a regular file is mapped here for a moment, without access, and the two numbers are taken from
  /// this process's own line. A file that is open for writing alone, or by `O_PATH`, can't be mapped: then only those
  /// mappings are found whose file system shows one device. On Btrfs a file of another subvolume with the same inode
  /// number can't be distinguished from this one by a mapping.
  ///
  /// Root sees every process; another user sees those of the same user, and the rest are counted as hidden:
  /// `/proc/PID/fd` and `maps` need permission to trace the process (proc(5)). Not counted are kernel threads, which
  /// open nothing, processes in other PID namespaces, those that `/proc` leaves out when it is mounted with `hidepid`,
  /// descriptors of threads that do not share those of their process (unshare(2) with `CLONE_FILES`), and files in the
  /// kernel's own hands: swap files, loop devices, exports. Processes that end meanwhile are left out. It is no
  /// snapshot.
  ///
  /// - Parameter file: An open file of any kind.
  /// - Returns: The users in the order of their numbers, this process among them, and how many are hidden.
  /// - Throws: ``PageCacheError/noProc``, or ``PageCacheError/failed(_:)`` with `EBADF` for a descriptor that is
  ///   closed.
  /// - Complexity: A statx(2) for each descriptor of each process, and the text of each process's maps: see the article
  ///   for figures.
  public static func users(of file: FileDescriptor) throws(PageCacheError) -> FileUsers {
    let identity = try FileIdentity(of: file)
    guard hasProc, let processes = try? ProcFolder("/proc") else { throw .noProc }
    var users: [FileUser] = []
    var hidden = 0
    while let process = processes.next() {
      var scan = ProcessScan(at: process)
      scan.scanDescriptors(for: identity)
      scan.scanMaps(for: identity)
      if let user = scan.user { users.append(user) } else if scan.isHidden { hidden += 1 }
    }
    return FileUsers(users: users.sorted { $0.processID < $1.processID }, hiddenProcesses: hidden)
  }
}
