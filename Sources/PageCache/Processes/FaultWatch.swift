import CLinux
import Glibc
import Synchronization
public import SystemPackage

/// A page fault of a process on a page of a file.
public struct PageFault: Sendable, Equatable {
  /// The page of the file.
  public let page: Int
  /// The thread that ran into it, as `/proc/PID/task` has it.
  public let threadID: Int32
  /// When it was dealt with: the time since 1970, by the clock of the system.
  public let time: Duration
  /// Whether the thread waited for storage; a minor fault found the page in memory, or needed none from there.
  public let isMajor: Bool
  /// Whether it may have been a store, since the mapping is writable.
  ///
  /// If it is not, it was a read. The kernel does not report which it was.
  public let mayBeStore: Bool
}

/// The pages of a file that one process faults in, as it does: perf_event_open(2).
///
/// It costs nothing while nothing happens: poll ``descriptor``, and when it is readable, ``take()`` what has come. All
/// threads of the process are watched, those too that come later; its children are not.
///
/// A fault is not an access. A page faults when it is first touched by way of a mapping, and again when it is first
/// stored to, or after the kernel took it from the mapping: to write it back, to evict it. What is touched afterwards
/// makes none. Where a page faults by a read, the kernel maps those neighbours too that are in memory, 16 pages as a
/// rule (`fault_around_bytes`), and these fault no more; of a large folio of 2 MiB all pages, also by a store.
/// read(2) and write(2) of the file make none at all. With `CAP_PERFMON`, or where `perf_event_paranoid` is below 2,
/// faults are included that the kernel runs into on behalf of the process, as in write(2) of bytes in the mapping;
/// else they are not: see ``includesSystemCalls``.
///
/// Allowed to a process of the same user that may trace the other (ptrace(2)), up to Linux's strictest
/// `perf_event_paranoid`, which is 2; to root always. ``FaultWatchError`` says why it is not.
///
/// Addresses become pages by `/proc/PID/maps` and by what the kernel reports of new mappings in between. Where
/// mremap(2) moves a mapping of the file, its faults may be missed until maps are read again: after ten times as long
/// as that takes. On a stacked file system, such as overlayfs, a mapping that is gone within this time is missed as
/// well.
///
/// Any number of threads may use it. One object takes two descriptors for each thread of the process and each processor,
/// and 260 KiB of locked memory for each processor, or less where less may be locked. A fault that is watched takes
/// longer, see the article for figures.
///
/// ```swift
/// let watch = try FaultWatch(of: file, by: process)
/// var polled = pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0)
/// // SAFETY: one entry, for the length of the call.
/// while !watch.hasEnded, unsafe poll(&polled, 1, -1) == 1 {
///   for fault in watch.take() { print("page \(fault.page)", fault.isMajor ? "from storage" : "in memory") }
/// }
/// if watch.lostCount > 0 { print("\(watch.lostCount) faults came too fast to be seen") }
/// ```
public final class FaultWatch: Sendable {
  /// The process that is watched.
  public let processID: Int32
  /// What to poll for reading, until the last reference to this object is gone.
  ///
  /// It is readable when faults have come, and for good when the process has ended.
  public let descriptor: Int32
  /// Whether faults are included that the kernel runs into on behalf of the process.
  public let includesSystemCalls: Bool
  private let state: Mutex<State>

  /// Watches a process from now on.
  ///
  /// - Parameters:
  ///   - file: An open file; it may be closed afterwards.
  ///   - processID: A process that has it mapped now, or will have.
  ///   - requiresMapping: Whether it is an error if the process does not have it mapped now.
  /// - Throws: A ``FaultWatchError``.
  /// - Complexity: Two calls for each of its threads and each processor, and the text of its maps.
  public init(
    of file: FileDescriptor, by processID: Int32, requiresMapping: Bool = true
  ) throws(FaultWatchError) {
    guard PageCache.hasProc else { throw .file(.noProc) }
    let mapped: FaultAddresses
    do throws(PageCacheError) { mapped = try FaultAddresses(of: file, in: processID) } catch { throw .file(error) }
    self.processID = processID
    var state = State(addresses: mapped)
    do throws(Errno) { try state.addresses.readMaps() } catch { throw FaultWatchError(readingMaps: error) }
    if !state.addresses.hasFile {
      let isThere = kill(processID, 0) == 0 || errno == EPERM
      guard processID > 0, isThere else { throw .noSuchProcess }
      if requiresMapping { throw .doesNotMap }
    }
    let code = state.open(processID)
    guard code == 0 else { throw FaultWatchError(opening: Errno(rawValue: code)) }
    (descriptor, includesSystemCalls) = (state.descriptor, state.includesSystemCalls)
    // What was mapped before the first event could see it.
    try? state.addresses.readMaps()
    self.state = Mutex(state)
  }

  deinit { state.withLock { $0.close() } }

  /// Takes the faults that have come, in the order of their times, without waiting.
  ///
  /// - Returns: Those on pages of the file; others are left out.
  /// - Complexity: Linear in the faults of the process, and now and then the text of its maps.
  public func take() -> [PageFault] { state.withLock { $0.take() } }

  /// How many records, most of them faults, came faster than they were taken and are lost.
  ///
  /// Faults on other memory of the process count too: it is not known what they were. The kernel says how many were lost
  /// when the next one comes that is not.
  public var lostCount: Int { state.withLock { $0.lostCount } }

  /// The name of the process now, which another program may have that it turns to by execve(2); its last one, as far as
  /// it is known, when it has ended.
  ///
  /// It is read from `/proc/PID/comm`; see ``FileUser/name`` for what that may hold.
  public var processName: String {
    state.withLock { state in
      if let name = try? ProcFile("/proc/\(processID)/comm").bytes.dropLast() {
        state.lastName = String(decoding: name, as: UTF8.self)
      }
      return state.lastName
    }
  }

  /// Whether the process has the file mapped, as far as was seen by the last ``take()``.
  public var mapsFile: Bool { state.withLock { $0.addresses.hasFile } }

  /// Whether the process has ended, and all that was seen of it is taken.
  public var hasEnded: Bool { state.withLock { $0.hasEnded } }
}

extension FaultWatch {
  /// The kernel's events, and what addresses mean.
  @safe private struct State: @unchecked Sendable {
    var addresses: FaultAddresses
    var lastName = ""
    private(set) var lostCount = 0
    private(set) var hasEnded = false
    private var events: OpaquePointer?

    // How many records are taken by one call.
    private static let part = 4096

    init(addresses: FaultAddresses) { self.addresses = addresses }

    mutating func open(_ process: Int32) -> Int32 {
      // SAFETY: the call fills the pointer that it is given; `close` frees what it leads to.
      unsafe clinux_faults_open(process, &events)
    }

    func close() {
      // SAFETY: opened by `open`, and closed once, by deinit.
      if let events = unsafe events { unsafe clinux_faults_close(events) }
    }

    var descriptor: Int32 {
      // SAFETY: open until deinit.
      unsafe events.map { unsafe clinux_faults_descriptor($0) } ?? -1
    }

    var includesSystemCalls: Bool {
      // SAFETY: as above.
      unsafe events.map { unsafe clinux_faults_have_kernel($0) } ?? false
    }

    mutating func take() -> [PageFault] {
      // SAFETY: open until deinit.
      guard let events = unsafe events else { return [] }
      // SAFETY: as above.
      let isGone = unsafe clinux_faults_clear(events)
      var records: [clinux_fault] = []
      var count = 0
      repeat {
        let part = unsafe [clinux_fault](unsafeUninitializedCapacity: Self.part) { buffer, found in
          // SAFETY: as many records are filled as there is room for; their count is returned.
          let count = unsafe clinux_faults_take(events, buffer.baseAddress, buffer.count)
          found = count
        }
        count = part.count
        records += part
      } while count == Self.part && records.count < 64 * Self.part
      if isGone, count < Self.part { hasEnded = true }
      for record in records where record.kind == Int32(CLINUX_LOST) { lostCount += Int(record.length) }
      return addresses.faults(records.sorted { $0.time < $1.time })
    }
  }
}

extension FaultWatchError {
  fileprivate init(readingMaps errno: Errno) {
    switch errno {
    case .noSuchFileOrDirectory, .noSuchProcess: self = .noSuchProcess
    case .permissionDenied, .notPermitted: self = .processNotPermitted
    default: self = .failed(errno)
    }
  }

  fileprivate init(opening errno: Errno) {
    switch errno {
    case .noSuchProcess, .noSuchFileOrDirectory: self = .noSuchProcess
    case .permissionDenied, .notPermitted:
      switch Errno(rawValue: clinux_may_watch_own_faults()) {
      case .permissionDenied: self = .refusedBySystem(paranoid: Self.paranoid)
      case .notPermitted, .noFunction: self = .noCall
      default: self = .processNotPermitted
      }
    case .noFunction, .invalidArgument: self = .noCall
    case .tooManyOpenFiles, .tooManyOpenFilesInSystem: self = .noDescriptorsLeft
    case .noLocks: self = .noMemoryToLock
    default: self = .failed(errno)
    }
  }

  private static var paranoid: Int? {
    guard let line = try? ProcFile("/proc/sys/kernel/perf_event_paranoid").lines.first else { return nil }
    return Int(String(decoding: line, as: UTF8.self))
  }
}
