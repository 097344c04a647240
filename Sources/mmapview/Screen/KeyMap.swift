import Inspector
import RangedMmap
import TerminalCanvas

enum KeyAction {
  case perform(Command)
  /// Opens the prompt with a text to be changed or confirmed, and logs a note about it.
  case edit(String, note: String? = nil)
  /// Opens the prompt for what is to be found.
  case find
  case refuse(String)
  /// Selects from the cursor to wherever it moves.
  case selectFromHere
  /// Lets the arrows move in another pane.
  case focus(Focus)
  case log
  /// Asks what is to be copied.
  case copy
  case help
}

struct KeyContext {
  let session: Session
  let interface: Interface
  let grid: GridShape

  var cursor: Int { session.view.cursor }
}

/// One row of the table of keys, from which the keys work and the help is made.
struct Binding {
  let keys: [Key]
  let name: String
  let help: String
  let hint: Hint?
  let action: @Sendable (KeyContext) -> KeyAction?

  /// What the bottom line says of a key: the lower the rank, the longer it stays in a narrow window.
  struct Hint {
    let name: String
    let rank: Int
    let applies: @Sendable (Session) -> Bool

    init(_ name: String, rank: Int, _ applies: @escaping @Sendable (Session) -> Bool = { _ in true }) {
      (self.name, self.rank, self.applies) = (name, rank, applies)
    }

    /// For what is seen in the kernel's layer.
    static func ofKernel(_ name: String, rank: Int) -> Hint {
      Hint(name, rank: rank) { $0.file != nil && $0.layer != .library && !$0.host.isInLesson }
    }

    /// For files that are open for writing.
    static func writing(_ name: String, rank: Int) -> Hint {
      Hint(name, rank: rank) { $0.file?.isWritable == true && !$0.host.isInLesson }
    }
  }

  init(
    _ name: String, _ keys: [Key], _ help: String, hint: Hint? = nil,
    _ action: @escaping @Sendable (KeyContext) -> KeyAction?
  ) { (self.name, self.keys, self.help, self.hint, self.action) = (name, keys, help, hint, action) }
}

enum KeyMap {
  /// What the key does here and now; `nil` if it means nothing.
  static func action(_ key: Key, _ session: Session, _ interface: Interface, _ grid: GridShape) -> KeyAction? {
    let bindings = (interface.focus == .bytes ? bytes : []) + moving + acting
    let context = KeyContext(session: session, interface: interface, grid: grid)
    return bindings.first { $0.keys.contains(key) }?.action(context)
  }

  static func hints(_ session: Session, _ space: ScriptKey?) -> [(key: Key, name: String, help: String, rank: Int)] {
    // In a file that is open for reading only, any key that would write asks for permission.
    let isAsking =
      session.file?.isWritable == false && !session.host.isInLesson && session.sampledFile?.isDevice != true
    let bound = BoundKeys(session.view.keys)
    typealias Row = (key: Key, name: String, help: String, rank: Int)
    var rows: [Row] = space.map { [(" ", "Space", $0.rawValue, -1)] } ?? []
    if isAsking, let binding = working.first(where: { $0.hint != nil && bound.rest(of: $0) != nil }) {
      rows.append((binding.keys[0], binding.name, "allow writing", 4))
    }
    var others = bound.rows[...]
    for binding in acting {
      guard let hint = binding.hint, hint.applies(session) else { continue }
      if let rest = bound.rest(of: binding) {
        rows.append((rest.keys[0], rest.name, hint.name, hint.rank))
      } else if let index = others.firstIndex(where: { $0.command.verb == hint.name }) {
        // The key that does it now stands where the other one stood.
        let row = others.remove(at: index)
        let text = "\(row.command)"
        rows.append((row.key, row.name, text.count <= longestHint ? text : hint.name, hint.rank))
      } else if hint.name == "quit" {
        rows.append((":", ":quit", "leaves", hint.rank))
      }
    }
    // After all that the program has to say itself.
    return rows + others.enumerated().map { ($1.key, $1.name, "\($1.command)", 100 + $0) }
  }

  // A longer one would push others out of a window of 80 columns.
  private static let longestHint = 24

  static let moving: [Binding] = [
    Binding("← h", [.left, "h"], "one cell back") { $0.move(by: -$0.session.view.shownPagesPerCell) },
    Binding("→ l", [.right, "l"], "one cell on") { $0.move(by: $0.session.view.shownPagesPerCell) },
    Binding("↑ k", [.up, "k"], "one row up") { $0.move(by: -$0.grid.columns * $0.grid.pagesPerCell) },
    Binding("↓ j", [.down, "j"], "one row down") { $0.move(by: $0.grid.columns * $0.grid.pagesPerCell) },
    Binding("PgUp", [.pageUp], "one screen up") { $0.move(by: -$0.grid.pages) },
    Binding("PgDn", [.pageDown], "one screen down") { $0.move(by: $0.grid.pages) },
    Binding("g Home", ["g", .home], "the first page") { _ in .perform(.goto(page: 0)) },
    Binding("G End", ["G", .end], "the last page") { $0.move(by: .max) },
  ]

  /// All keys but those that move.
  static let acting = looking + working + others

  static let looking: [Binding] = [
    Binding("+", ["+", "="], "zoom in") { _ in .perform(.zoom(.closer)) },
    Binding("-", ["-"], "zoom out") { _ in .perform(.zoom(.farther)) },
    Binding("0", ["0"], "whole file, or page by page") {
      .perform(.zoom(.to($0.session.view.zoom == .fit ? .pages(1) : .fit)))
    },
    Binding(
      "L", ["L"], "the kernel's layer, both, back",
      hint: Binding.Hint("layer", rank: 3) { $0.file?.isWritable == false }
    ) { .perform(.layer($0.session.layer.next)) },
    Binding("1", ["1"], "hide or show the bytes") { $0.toggle(.bytes) },
    Binding("2", ["2"], "hide or show the log") { $0.toggle(.log) },
    Binding("3", ["3"], "hide or show the page's facts") { $0.toggle(.page) },
    Binding("Space", [" "], "select the cell, or none") { context in
      guard let file = context.session.file else { return nil }
      if context.session.view.selection?.contains(context.cursor) == true { return .perform(.select(nil)) }
      return .perform(.select(cell(of: context.cursor, context.session, file)))
    },
    Binding("v", ["v"], "select to where you move") { $0.session.file == nil ? nil : .selectFromHere },
    Binding("[", ["["], "back in what was shown") { _ in .perform(.step(inPast: .back(1))) },
    Binding("]", ["]"], "forward in it; Esc: to now") { _ in .perform(.step(inPast: .forward(1))) },
    Binding("/", ["/"], "find text, hex or a state") { $0.session.file == nil ? nil : .find },
    Binding("n", ["n"], "find the next one") { _ in .perform(.findAgain(isBackward: false)) },
    Binding("N", ["N"], "find the one before") { _ in .perform(.findAgain(isBackward: true)) },
  ]

  static let working: [Binding] = [
    Binding("a", ["a"], "allocate one page", hint: .writing("allocate", rank: 2)) {
      $0.whenWritable { .perform(.allocate(byteCount: Alignment.page, times: 1)) }
    },
    Binding("w", ["w"], "write the last pattern to it", hint: .writing("write", rank: 3)) { context in
      context.onRange { .perform(.write($0, context.session.view.pattern)) }
    },
    Binding("r", ["r"], "read back 64 bytes of the page") { context in
      guard let range = context.session.range(ofPage: context.cursor) else { return context.noRange }
      let offset = context.cursor * Alignment.page - range.bytes.lowerBound
      return .perform(.read(.labels(range.label...range.label), offset: offset, length: 64))
    },
    Binding("y", ["y"], "verify it against its pattern") { $0.onRange(mustWrite: false) { .perform(.verify($0)) } },
    Binding("f", ["f"], "flush: start its writeback", hint: .writing("flush", rank: 5)) {
      $0.onRange { .perform(.flush($0)) }
    },
    Binding("s", ["s"], "sync: wait until it is durable", hint: .writing("sync", rank: 4)) {
      $0.onRange { .perform(.sync($0)) }
    },
    Binding("u", ["u"], "reuse: make it writable again", hint: .writing("reuse", rank: 6)) {
      $0.onRange { .perform(.reuse($0)) }
    },
    Binding("E", ["E"], "evict pages from memory", hint: .ofKernel("evict", rank: 8)) {
      $0.onPages { .perform(.evict($0)) }
    },
    Binding("t", ["t"], "touch: read a byte of each page", hint: .ofKernel("touch", rank: 9)) {
      $0.onPages { .perform(.touch($0)) }
    },
    Binding("W", ["W"], "start workers, or stop them") { context in
      context.whenWritable {
        context.session.workers.running > 0
          ? .perform(.workers(.stop)) : .edit("workers start 4 size=4k pattern=random:7 flush=sync delay=100ms")
      }
    },
    Binding("p", ["p"], "pause the workers, or go on") {
      .perform(.workers($0.session.workers.isPaused ? .resume : .pause))
    },
    Binding(".", ["."], "one step of workers in turns") { _ in .perform(.workers(.step(1))) },
  ]

  static let others: [Binding] = [
    toBytes,
    Binding("e", ["e"], "all events of the log") { _ in .log },
    Binding("b", ["b"], "the caption before; Space: on") { _ in .perform(.previousCaption) },
    Binding("c", ["c"], "copy offset, bytes or log line") { _ in .copy },
    Binding(":", [":"], "type any command", hint: Binding.Hint("command", rank: 7)) { _ in .edit("") },
    Binding("?", ["?", .help], "this help", hint: Binding.Hint("help", rank: 0)) { _ in .help },
    Binding("q", ["q"], "quit", hint: Binding.Hint("quit", rank: 1)) { _ in .perform(.quit) },
  ]

  static func cell(of page: Int, _ session: Session, _ file: MmapFile) -> ClosedRange<Int> {
    let first = page / session.view.shownPagesPerCell * session.view.shownPagesPerCell
    return first...(min(first + session.view.shownPagesPerCell, file.states.count) - 1)
  }
}

extension KeyContext {
  fileprivate func move(by pages: Int) -> KeyAction? {
    guard let file = session.file else { return nil }
    let last = file.states.count - 1
    let target = cursor.addingReportingOverflow(pages)
    return .perform(.goto(page: target.overflow ? last : min(max(0, target.partialValue), last)))
  }

  fileprivate func toggle(_ pane: OptionalPane) -> KeyAction {
    .perform(.set(.pane(pane, isShown: session.view.hiddenPanes.contains(pane))))
  }

  fileprivate func onRange(mustWrite: Bool = true, _ make: (RangeSelection) -> KeyAction) -> KeyAction {
    guard session.file != nil else { return noRange }
    func act() -> KeyAction {
      if session.view.selection != nil { return make(.selected) }
      guard let range = session.range(ofPage: cursor) else { return noRange }
      return make(.labels(range.label...range.label))
    }
    return mustWrite ? whenWritable(act) : act()
  }

  /// The selection, or the page under the cursor: of any file that is open.
  fileprivate func onPages(_ make: (PageTarget) -> KeyAction) -> KeyAction {
    guard session.file != nil else { return .refuse(GridView.noFile(isInLesson: session.host.isInLesson)) }
    return make(.pages(session.view.selection == nil ? .numbered(cursor...cursor) : .selected))
  }

  fileprivate var noRange: KeyAction {
    guard let file = session.file else { return .refuse(GridView.noFile(isInLesson: session.host.isInLesson)) }
    guard file.isWritable else {
      return .refuse("\(Rule.noRanges); the bytes of this one are shown below the grid")
    }
    let holder = session.workers.holder(ofPage: cursor)
    let reason = holder.map { "is in the hands of worker \($0.number)" } ?? "belongs to no range"
    // A lesson allocates its pages itself.
    let remedy = holder == nil && !session.host.isInLesson ? ": a allocates the next free page" : ""
    return .refuse("page \(cursor) \(reason)\(remedy)")
  }

  /// A file that exists may hold data of value: the person confirms before it is opened for writing.
  fileprivate func whenWritable(_ make: () -> KeyAction) -> KeyAction {
    if session.host.isInLesson { return make() }
    guard let file = session.file, !file.isWritable else { return make() }
    if session.sampledFile?.isDevice == true {
      return .refuse("\(Rule.noDevice)")
    }
    return .edit(
      "open \(Word.quote(file.path.string)) write",
      note: "This file is open for reading only. Enter opens it for writing, Esc leaves it as it is.")
  }
}
