import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas

/// What a key asks for.
enum Action {
  case perform(Command)
  /// Open the prompt with this text, for the person to change or to confirm, and say what it is about.
  case edit(String, note: String? = nil)
  /// Say why there is nothing to do.
  case refuse(String)
  /// Select from the cursor to wherever it moves.
  case selectFromHere
  /// Let the arrows move in another pane.
  case focus(Focus)
  /// Show all that was told so far.
  case log
  case help
}

/// One row of the table of keys, from which the keys work and the help is made.
struct Binding {
  let keys: [Key]
  let name: String
  let help: String
  let hint: Hint?
  let action: @Sendable (Session, Interface, GridShape) -> Action?

  /// What the bottom line says of a key: the lower the rank, the longer it stays in a narrow window.
  struct Hint {
    let name: String
    let rank: Int
    let applies: @Sendable (Session) -> Bool

    init(_ name: String, rank: Int, _ applies: @escaping @Sendable (Session) -> Bool = { _ in true }) {
      self.name = name
      self.rank = rank
      self.applies = applies
    }

    /// One for files that are open for writing.
    static func writing(_ name: String, rank: Int) -> Hint {
      Hint(name, rank: rank) { $0.file?.isWritable == true && !$0.host.isInLesson }
    }
  }

  init(
    _ name: String, _ keys: [Key], _ help: String, hint: Hint? = nil,
    _ action: @escaping @Sendable (Session, Interface, GridShape) -> Action?
  ) {
    self.name = name
    self.keys = keys
    self.help = help
    self.hint = hint
    self.action = action
  }
}

enum KeyMap {
  /// What the key asks for here and now; `nil` if it means nothing.
  static func action(_ key: Key, _ session: Session, _ interface: Interface, _ grid: GridShape) -> Action? {
    let bindings = (interface.focus == .bytes ? bytes : []) + moving + acting
    return bindings.first { $0.keys.contains(key) }?.action(session, interface, grid)
  }

  /// The keys that the bottom line names here and now.
  static func hints(_ session: Session) -> [(key: String, name: String, rank: Int)] {
    // A file that is only looked at: any key that would write asks for leave.
    let isAsking =
      session.file?.isWritable == false && !session.host.isInLesson && session.sampledFile?.isDevice != true
    return (session.isWaitingForKey ? [("Space", "goes on", -1)] : []) + (isAsking ? [("a", "allow writing", 4)] : [])
      + acting.compactMap { binding in
        guard let hint = binding.hint, hint.applies(session) else { return nil }
        return (binding.name, hint.name, hint.rank)
      }
  }

  static let moving: [Binding] = [
    Binding("← h", [.left, .character("h")], "one cell back") { session, _, _ in
      move(session, by: -session.view.shownPagesPerCell)
    },
    Binding("→ l", [.right, .character("l")], "one cell on") { session, _, _ in
      move(session, by: session.view.shownPagesPerCell)
    },
    Binding("↑ k", [.up, .character("k")], "one row up") { session, _, grid in
      move(session, by: -grid.columns * grid.pagesPerCell)
    },
    Binding("↓ j", [.down, .character("j")], "one row down") { session, _, grid in
      move(session, by: grid.columns * grid.pagesPerCell)
    },
    Binding("PgUp", [.pageUp], "one screen up") { session, _, grid in move(session, by: -grid.pages) },
    Binding("PgDn", [.pageDown], "one screen down") { session, _, grid in move(session, by: grid.pages) },
    Binding("g Home", [.character("g"), .home], "the first page") { _, _, _ in .perform(.goto(page: 0)) },
    Binding("G End", [.character("G"), .end], "the last page") { session, _, _ in move(session, by: .max) },
  ]

  /// All keys but those that move.
  static let acting = looking + working + others

  static let looking: [Binding] = [
    Binding("+", [.character("+"), .character("=")], "zoom in") { _, _, _ in
      .perform(.zoom(.closer))
    },
    Binding("-", [.character("-")], "zoom out") { _, _, _ in .perform(.zoom(.farther)) },
    Binding("0", [.character("0")], "whole file, or page by page") { session, _, _ in
      .perform(.zoom(.to(session.view.zoom == .fit ? .pages(1) : .fit)))
    },
    Binding(
      "L", [.character("L")], "the kernel's layer, both, back",
      hint: Binding.Hint("layer", rank: 3) { $0.file?.isWritable == false }
    ) { session, _, _ in
      .perform(.layer(session.layer.next))
    },
    Binding("Space", [.character(" ")], "select the cell, or none") { session, _, _ in
      guard let file = session.file else { return nil }
      if session.view.selection?.contains(session.view.cursor) == true { return .perform(.select(nil)) }
      return .perform(.select(cell(of: session.view.cursor, session, file)))
    },
    Binding("v", [.character("v")], "select to where you move") { session, _, _ in
      session.file == nil ? nil : .selectFromHere
    },
    Binding("/", [.character("/")], "find hex, text or a state") { session, _, _ in
      session.file == nil ? nil : .edit("find text ")
    },
    Binding("n", [.character("n")], "find the next one") { _, _, _ in
      .perform(.findAgain(isBackward: false))
    },
    Binding("N", [.character("N")], "find the one before") { _, _, _ in .perform(.findAgain(isBackward: true)) },
  ]

  static let working: [Binding] = [
    Binding("a", [.character("a")], "allocate one page", hint: .writing("allocate", rank: 2)) { session, _, _ in
      whenWritable(session) { .perform(.allocate(byteCount: Alignment.page, times: 1)) }
    },
    Binding(
      "w", [.character("w")], "write the last pattern to it",
      hint: .writing("write", rank: 3)
    ) { session, _, _ in
      onRange(session) { .perform(.write($0, session.view.pattern)) }
    },
    Binding("r", [.character("r")], "read back 64 bytes of the page") { session, _, _ in
      guard let range = session.range(ofPage: session.view.cursor) else { return noRange(session) }
      let offset = session.view.cursor * Alignment.page - range.bytes.lowerBound
      return .perform(.read(.labels(range.label...range.label), offset: offset, length: 64))
    },
    Binding("y", [.character("y")], "verify it against its pattern") { session, _, _ in
      onRange(session, mustWrite: false) { .perform(.verify($0)) }
    },
    Binding("f", [.character("f")], "flush: start its writeback", hint: .writing("flush", rank: 5)) { session, _, _ in
      onRange(session) { .perform(.flush($0)) }
    },
    Binding(
      "s", [.character("s")], "sync: wait until it is durable", hint: .writing("sync", rank: 4)
    ) { session, _, _ in
      onRange(session) { .perform(.sync($0)) }
    },
    Binding(
      "u", [.character("u")], "reuse: make it writable again", hint: .writing("reuse", rank: 6)
    ) { session, _, _ in
      onRange(session) { .perform(.reuse($0)) }
    },
    Binding("W", [.character("W")], "start workers, or stop them") { session, _, _ in
      whenWritable(session) {
        session.workers.running > 0
          ? .perform(.workers(.stop)) : .edit("workers start 4 size=4k pattern=random:7 flush=sync delay=100ms")
      }
    },
    Binding("p", [.character("p")], "pause the workers, or go on") { session, _, _ in
      .perform(.workers(session.workers.isPaused ? .resume : .pause))
    },
    Binding(".", [.character(".")], "one step of workers in turns") { _, _, _ in
      .perform(.workers(.step(1)))
    },
  ]

  static let others: [Binding] = [
    toBytes,
    Binding("e", [.character("e")], "all events of the log") { _, _, _ in .log },
    Binding(":", [.character(":")], "type any command", hint: Binding.Hint("command", rank: 7)) { _, _, _ in .edit("")
    },
    Binding("?", [.character("?"), .help], "this help", hint: Binding.Hint("help", rank: 0)) { _, _, _ in .help },
    Binding("q", [.character("q")], "quit", hint: Binding.Hint("quit", rank: 1)) { _, _, _ in .perform(.quit) },
  ]

  private static func move(_ session: Session, by pages: Int) -> Action? {
    guard let file = session.file else { return nil }
    let last = file.states.count - 1
    let target = session.view.cursor.addingReportingOverflow(pages)
    return .perform(.goto(page: target.overflow ? last : min(max(0, target.partialValue), last)))
  }

  /// The pages of the cell that a page is in.
  static func cell(of page: Int, _ session: Session, _ file: MmapFile) -> ClosedRange<Int> {
    let first = page / session.view.shownPagesPerCell * session.view.shownPagesPerCell
    return first...(min(first + session.view.shownPagesPerCell, file.states.count) - 1)
  }

  private static func onRange(
    _ session: Session, mustWrite: Bool = true, _ make: @escaping (RangeSelection) -> Action
  ) -> Action {
    guard session.file != nil else { return noRange(session) }
    let range: () -> Action = {
      if session.view.selection != nil { return make(.selected) }
      guard let range = session.range(ofPage: session.view.cursor) else { return noRange(session) }
      return make(.labels(range.label...range.label))
    }
    return mustWrite ? whenWritable(session, range) : range()
  }

  private static func noRange(_ session: Session) -> Action {
    guard let file = session.file else { return .refuse(GridView.noFile(isInLesson: session.host.isInLesson)) }
    guard file.isWritable else {
      return .refuse("a file that is only looked at has no ranges; its bytes are shown below the grid")
    }
    let holder = session.workers.holder(ofPage: session.view.cursor)
    let reason = holder.map { "is in the hands of worker \($0.number)" } ?? "belongs to no range"
    // In a lesson the pages are its own to allocate.
    let remedy = holder == nil && !session.host.isInLesson ? ": a allocates the next free page" : ""
    return .refuse("page \(session.view.cursor) \(reason)\(remedy)")
  }

  /// A file that exists is somebody's data: the person is asked before it is opened for writing.
  private static func whenWritable(_ session: Session, _ make: () -> Action) -> Action {
    if session.host.isInLesson { return make() }
    guard let file = session.file, !file.isWritable else { return make() }
    if session.sampledFile?.isDevice == true {
      return .refuse("a block device is only looked at; nothing writes it here")
    }
    return .edit(
      "open \(Word.quote(file.path.string)) write",
      note: "This file is open for reading only. Enter opens it for writing, Esc leaves it as it is.")
  }
}
