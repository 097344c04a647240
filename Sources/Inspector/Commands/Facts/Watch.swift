import RangedMmap

/// Tells each change of pages, or of all, as it comes: for a time, or until somebody ends it.
package struct WatchAction: Action {
  let pages: ClosedRange<Int>?
  let asJSON: Bool
  let time: Duration?

  static let verb = Verb(
    "watch", .number(.pages), .flag("json"), .keyed("for", .time),
    help:
      "tell each change of pages, size and name as it comes, until Esc (with --plain: Enter), Ctrl-C or the end of "
      + "TIME",
    example: "watch 0-15 json for 10s"
  ) { WatchAction(pages: $0, asJSON: $1, time: $2) }

  package var words: [String] {
    ["watch"] + (pages.map { [Literal.describe(pages: $0)] } ?? []) + (asJSON ? ["json"] : [])
      + (time.map { ["for", Literal.describe(time: $0)] } ?? [])
  }

  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.watch(pages, asJSON: asJSON, for: time)
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .ofTheMoment }
}

extension Command {
  package static func watch(_ pages: ClosedRange<Int>?, asJSON: Bool, time: Duration?) -> Command {
    Command(WatchAction(pages: pages, asJSON: asJSON, time: time))
  }
}

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
