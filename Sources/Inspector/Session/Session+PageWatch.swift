import RangedMmap

// Telling what becomes of pages, as it comes.

extension Session {
  /// Whether `watch` is under way.
  package var isWatching: Bool { watching != nil }

  /// Whether it speaks in lines of JSON, among which nothing else may stand.
  package var isWatchingInJSON: Bool { watching?.asJSON == true }

  func watch(_ pages: ClosedRange<Int>?, asJSON: Bool, for time: Duration?) throws(CommandError) -> Event {
    let file = try openFile()
    try requireNoJob("watch")
    if let pages { _ = try self.pages(pages, of: file) }
    guard let sampledFile else { throw CommandError("\(file.path): is out of reach for a watch; open it again") }
    let watch = try PageWatch(sampledFile, pages, asJSON: asJSON, for: time, waking: wakeUp)
    let wakeUp = wakeUp
    // A thread in any case: what it tells is printed as it comes.
    guard
      Thread({
        watch.run()
        wakeUp.signal()
      }) != nil
    else { throw CommandError("the system gives no thread to watch the file with; close some programs") }
    (watching, watchedChanges) = (watch, [])
    pending = Pending(job: watch.job) { session throws(CommandError) in
      session.tellWatch()
      session.watching = nil
      return Event(.output, watch.ending, isMeasured: true)
    }
    return Event(.done, [])
  }

  /// Takes in what the watch has seen.
  func tellWatch() {
    guard let (lines, changed) = watching?.takeNews(), !lines.isEmpty else { return }
    watchedChanges = (watchedChanges + changed).suffix(Self.mostChanges)
    note(Event(.output, lines, isMeasured: true))
  }

  // As far as anybody would go through them by `find`.
  private static let mostChanges = 10_000

  /// The pages that were seen to change lately, by the screen or by `watch`.
  func changedPages() throws(CommandError) -> [Range<Int>] {
    let pages = markedPages.map { $0..<$0 + 1 } + watchedChanges
    guard pages.isEmpty else { return pages }
    throw CommandError(
      "find kernel changed: no page was seen to change; the kernel's layer of the screen marks those in view of a file "
        + "that others write, and `watch for 10s` sees all")
  }
}
