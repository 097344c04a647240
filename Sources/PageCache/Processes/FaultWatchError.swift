public import SystemPackage

/// Why the page faults of a process can't be watched.
public enum FaultWatchError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no process of this number, or it has ended.
  case noSuchProcess
  /// It is a process of another user, or one that may not be traced: watching needs the same rights as ptrace(2).
  case processNotPermitted
  /// The system lets no unprivileged process watch faults, not even its own.
  ///
  /// `paranoid` is what `/proc/sys/kernel/perf_event_paranoid` holds: Linux itself refuses at no value; Debian, Ubuntu
  /// and Android do from 3 on, Ubuntu at 4. `nil` where the file is missing.
  case refusedBySystem(paranoid: Int?)
  /// A sandbox forbids perf_event_open(2), as Docker's does, or the kernel was built without it, or is older than
  /// Linux 5.13.
  case noCall
  /// The process does not have the file mapped now, and the watch requires that.
  case doesNotMap
  /// The process may have no more descriptors (`RLIMIT_NOFILE`).
  ///
  /// A watch takes two for each thread of the other process and each processor.
  case noDescriptorsLeft
  /// The user may lock no memory, even a little, for what the kernel writes the faults into
  /// (`/proc/sys/kernel/perf_event_mlock_kb`, `RLIMIT_MEMLOCK`).
  case noMemoryToLock
  /// The file's own queries failed.
  case file(PageCacheError)
  /// The kernel answered with another error.
  case failed(Errno)

  /// The reason in a few words.
  public var description: String {
    switch self {
    case .noSuchProcess: "there is no such process"
    case .processNotPermitted: "it is a process of another user, or one that may not be traced"
    case .refusedBySystem(let value?): "/proc/sys/kernel/perf_event_paranoid is \(value), which forbids it"
    case .refusedBySystem(nil): "the system forbids it"
    case .noCall: "a sandbox forbids perf_event_open(2), or the kernel has none, or is older than Linux 5.13"
    case .doesNotMap: "it does not have the file mapped"
    case .noDescriptorsLeft: "no descriptors are left: two are needed for each of its threads and each processor"
    case .noMemoryToLock: "no memory may be locked for it (perf_event_mlock_kb)"
    case .file(let error): error.description
    case .failed(let errno): "\(errno)"
    }
  }
}
