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
  package var isWatching: Bool { document.watching.watch != nil }

  /// Whether it speaks in lines of JSON, among which nothing else may stand.
  package var isWatchingInJSON: Bool { document.watching.watch?.asJSON == true }

  func watch(_ pages: ClosedRange<Int>?, asJSON: Bool, for time: Duration?) throws(CommandError) -> Event {
    let file = try openFile()
    try requireNoJob("watch")
    if let pages { _ = try self.pages(pages, of: file) }
    guard let sampledFile else { throw CommandError("\(file.path): is out of reach for a watch; open it again") }
    let watch = try PageWatch(sampledFile, pages, asJSON: asJSON, for: time, waking: wakeUp)
    document.watching.begin(watch)
    do throws(CommandError) {
      // A thread in any case: what it tells is printed as it comes.
      return try jobs.start(watch.job, in: self, goesOn: true, work: watch.run) { session, _ in
        session.tellWatch()
        session.document.watching.end()
        session.takeAsTold(by: watch)
        return Event(.output, watch.ending, isMeasured: true)
      }
    } catch {
      document.watching.end()
      throw error
    }
  }

  /// Takes in what the watch has seen.
  func tellWatch() {
    guard let lines = document.watching.takeNews() else { return }
    note(Event(.output, lines, isMeasured: true))
  }

  /// The pages that were seen to change lately, by the screen or by `watch`.
  func changedPages() throws(CommandError) -> [Range<Int>] {
    let pages = view.markedPages.map { $0..<$0 + 1 } + document.watching.changes
    guard pages.isEmpty else { return pages }
    throw CommandError(
      "find kernel changed: no page was seen to change; the kernel's layer of the screen marks those in view of a file "
        + "that others write, and `watch for 10s` sees all")
  }
}

/// The pages that `watch` told of, and what tells of them while it lasts.
struct Watching {
  private(set) var watch: PageWatch?
  var changes: [Range<Int>] = []

  // As far as anybody would go through them by `find`.
  private static let mostChanges = 10_000

  mutating func begin(_ watch: PageWatch) { (self.watch, changes) = (watch, []) }
  mutating func end() { watch = nil }
  mutating func forgetChanges() { changes = [] }

  /// The lines that were not taken before; `nil` if there are none.
  mutating func takeNews() -> [String]? {
    guard let (lines, changed) = watch?.takeNews(), !lines.isEmpty else { return nil }
    changes = (changes + changed).suffix(Self.mostChanges)
    return lines
  }
}
