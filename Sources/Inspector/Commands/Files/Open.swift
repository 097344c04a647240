import RangedMmap
import SystemPackage

/// Opens a file that exists, or waits until it exists and has bytes.
package struct OpenAction: Action {
  let path: String
  let forWriting: Bool
  let isAwaited: Bool

  static let verb = Verb(
    "open", .path, .flag("write"), .flag("wait"),
    help: "open a file to look at it, or to write it too; wait for one that is absent or empty",
    example: "open demo.bin write"
  ) { OpenAction(path: $0, forWriting: $1, isAwaited: $2) }

  package var words: [String] {
    ["open", Word.quote(path)] + (forWriting ? ["write"] : []) + (isAwaited ? ["wait"] : [])
  }

  package var isOpening: Bool { true }
  package var newLabels: Int? { nil }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try isAwaited ? session.waitToOpen(path, forWriting: forWriting) : session.open(path, forWriting: forWriting)
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .opening(path: path) }
}

extension Command {
  package static func open(path: String, forWriting: Bool, isAwaited: Bool = false) -> Command {
    Command(OpenAction(path: path, forWriting: forWriting, isAwaited: isAwaited))
  }
}

extension Session {
  fileprivate func open(_ path: String, forWriting: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("open")
    if forWriting { try requireNotHeld(path) }
    let place = try FilePath(typed: path)
    do throws(MmapFileError) {
      let (file, allocator) = try Opened.open(place, forWriting)
      take(file, allocator)
    } catch { throw CommandError(error) }
    return openedEvent(path, forWriting)
  }

  /// Opens a file as soon as it exists and has bytes.
  fileprivate func waitToOpen(_ path: String, forWriting: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("open")
    if forWriting { try requireNotHeld(path) }
    let place = try FilePath(typed: path)
    let opened = Opened()
    let job = Job("open \(path) wait", pages: 0)
    let pending = Pending(job: job) { session throws(CommandError) in
      let (file, allocator) = try opened.result()
      session.take(file, allocator)
      return session.openedEvent(path, forWriting)
    }
    return try start(pending) { opened.wait(place, forWriting, job) }
  }

  private func openedEvent(_ path: String, _ forWriting: Bool) -> Event {
    .done("opened \(path) for \(forWriting ? "writing" : "reading only")\(durabilityNote)")
  }
}
