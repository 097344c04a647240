import RangedMmap

struct WatchAction: ReadOnlyAction {
  let pages: PageSelection?
  let asJSON: Bool
  let time: Duration?

  static let verb = Verb(
    "watch", .somePages, .flag("json"), .keyed("for", .time),
    help:
      "show each change of pages, size and name as it comes, until Esc (with --plain: Enter), Ctrl-C or the end of "
      + "TIME",
    example: "watch 0-15 json for 10s"
  ) { WatchAction(pages: $0, asJSON: $1, time: $2) }

  var words: [String?] {
    ["watch", pages.map { "\($0)" }, asJSON ? "json" : nil]
      + (time.map { ["for", Literal.describe(time: $0)] } ?? [])
  }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    try session.requireNoJob("watch")
    let pages = try session.somePages(pages, for: "watch")
    if let pages { _ = try session.pages(pages, of: file) }
    guard let sampledFile = session.sampledFile else {
      throw CommandError("\(file.path): is out of reach for a watch; open it again")
    }
    let watch = try PageWatch(sampledFile, pages, asJSON: asJSON, for: time, waking: session.wakeUp)
    session.document.watching.begin(watch)
    do throws(CommandError) {
      // On a thread even without a screen: its lines are printed as they come.
      return try session.jobs.start(watch.job, in: session, goesOn: true, work: watch.run) { session, _ in
        session.noteWatch()
        session.document.watching.end()
        session.takeAsReported(by: watch)
        return Event(.output, watch.ending, isMeasured: true)
      }
    } catch {
      session.document.watching.end()
      throw error
    }
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .ofTheMoment }
}

extension Session {
  package var isWatching: Bool { document.watching.watch != nil }

  /// Whether it prints lines of JSON, among which nothing else may stand.
  package var isWatchingInJSON: Bool { document.watching.watch?.asJSON == true }

  func noteWatch() {
    guard let lines = document.watching.takeNews() else { return }
    note(Event(.output, lines, isMeasured: true, hasOwnTimes: true))
  }

  /// The pages that were seen to change lately, by the screen or by `watch`.
  func changedPages() throws(CommandError) -> [Range<Int>] {
    let pages = view.markedPages.map { $0..<$0 + 1 } + document.watching.changes
    guard pages.isEmpty else { return pages }
    throw CommandError(
      "find kernel changed: no page was seen to change; the kernel's layer of the screen marks those in view of a file "
        + "that others write, and `watch for 10s` sees what its samples show, ten a second at most")
  }
}

/// The watch that is under way, and the pages whose changes it has shown.
struct Watching {
  private(set) var watch: PageWatch?
  var changes: [Range<Int>] = []

  // More than a person would go through by `find`.
  private static let mostChanges = 10_000

  mutating func begin(_ watch: PageWatch) { (self.watch, changes) = (watch, []) }
  mutating func end() { watch = nil }
  mutating func forgetChanges() { changes = [] }

  mutating func takeNews() -> [String]? {
    guard let (lines, changed) = watch?.takeNews(), !lines.isEmpty else { return nil }
    changes = (changes + changed).suffix(Self.mostChanges)
    return lines
  }
}
