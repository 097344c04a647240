import Glibc
import PageCache
import RangedMmap

/// What the screen shows of the faults that are watched.
package struct ShownFaults: Sendable {
  /// Name and number of the process.
  package let process: String
  package let processID: Int32
  /// Whether it is watched still; if not, it has ended.
  package let goesOn: Bool
  /// How many pages were seen to fault.
  package let pages: Int
  /// The marks of the cells in view, in their order; empty where none has one.
  package let marks: [KernelSample.Mark?]
  /// The last fault on the page at the cursor.
  package let ofCursor: SeenFault?
}

extension Session {
  /// The faults that are or were watched on the open file; `nil` where none are.
  package func shownFaults(of pages: Range<Int>, each pagesPerCell: Int) -> ShownFaults? {
    document.faults.map { feed in
      ShownFaults(
        process: feed.process, processID: feed.processID, goesOn: !feed.hasEnded, pages: feed.pageCount,
        marks: feed.marks(of: pages, each: pagesPerCell),
        ofCursor: feed.fault(ofPage: view.cursor, takesNew: false))
    }
  }

  /// Whether pages have faulted just now: what the kernel knows of them has changed.
  package var areFaultsFresh: Bool { document.faults?.areFresh ?? false }

  /// How long until a page that flashes looks otherwise; `nil` where none does.
  package var flashTime: Duration? { document.faults?.markTime }

  /// Finds the other processes that have the open file mapped, which takes some milliseconds.
  package var mappingProcesses: @Sendable () -> [(number: Int32, name: String)] {
    { [sampledFile] in
      let users = sampledFile.flatMap { try? PageCache.users(of: $0.descriptor).users } ?? []
      return users.filter { !$0.isSelf && $0.mapping != .none }.map { ($0.processID, $0.name) }
    }
  }

  func noteFaults() {
    for event in document.faults?.takeNews() ?? [] { note(event) }
  }

  /// Ends the watch of faults, and reports what has come until then; `nil` where there is none.
  func endFaults() -> FaultFeed? {
    guard let feed = document.faults else { return nil }
    feed.stop()
    noteFaults()
    document.faults = nil
    return feed
  }

  func checkFaults(_ pages: ClosedRange<Int>, within time: Duration) throws(CommandError) -> Event {
    let file = try openFile()
    _ = try self.pages(pages, of: file)
    guard let feed = document.faults else {
      throw CommandError(
        "no process's faults are watched; `faults PID` watches them, and `users` lists who has the file")
    }
    let wait = FaultWait(feed, pages, within: time)
    guard time > .zero else { return try wait.event(wait.run()) }
    try requireNoJob("expect faulted")
    return try jobs.start(wait.job, in: self) { () throws(CommandError) in
      wait.run()
    } ending: { _, missing throws(CommandError) in
      try wait.event(missing)
    }
  }
}

extension CommandError {
  /// Why the faults of a process can't be watched, with what would be needed.
  init(_ error: FaultWatchError, watching process: Int32) {
    let remedy =
      switch error {
      case .noSuchProcess: "; `users` lists those that have the file"
      case .processNotPermitted:
        geteuid() == 0
          ? "; root of a container may not: run mmapview outside of it" : "; run mmapview as its user, or as root"
      case .refusedBySystem:
        "; `sysctl kernel.perf_event_paranoid=2` by root allows it until the next boot, or run mmapview as root"
      case .noCall: "; run mmapview outside of the container, or start that with `--cap-add PERFMON`"
      case .noDescriptorsLeft: "; `ulimit -n` shows how many there may be, and raises it"
      case .noMemoryToLock: "; `sysctl kernel.perf_event_mlock_kb=516` by root allows it until the next boot"
      case .doesNotMap, .file, .failed: ""
      }
    self.init("faults \(process): \(error)\(remedy)")
  }
}
