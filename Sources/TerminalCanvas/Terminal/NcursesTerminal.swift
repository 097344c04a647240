import CNcurses
import Glibc

/// The terminal that the program was started in; ncurses is called in this file and its extensions only.
package final class NcursesTerminal {
  package enum ColorChoice: String, Sendable, CaseIterable {
    /// As the terminal says, unless `NO_COLOR` is set.
    case auto
    /// Even if `NO_COLOR` is set.
    case always
    case never
  }

  /// Why the terminal can't be used, and what to do.
  package struct Unusable: Error, CustomStringConvertible { package let description: String }

  /// Whether glyphs outside ASCII can be shown.
  package let showsUnicode: Bool
  /// Another one is seen at the next canvas.
  package var palette: Palette {
    didSet {
      guard palette != oldValue else { return }
      takeColors()
      shown = nil
    }
  }
  let depth: ColorDepth
  // A blank cell of ncurses for each style.
  private var blanks: [cchar_t] = []
  private var shown: Canvas?
  // A buffer for the cells of a row, kept to save an allocation a row.
  private var cells: [cchar_t] = []
  // Not yet returned by `nextKey`, the oldest last.
  var mouseEvents: [MouseEvent] = []
  // It came after an Esc and was no part of it.
  var nextInput: Input?
  var lastEscape: ContinuousClock.Instant?
  // The bytes after `ESC [` of a sequence whose end has not come yet.
  var sequence: String?
  var pasted: PastedText?
  /// Whether the terminal shows each frame at once and whole.
  package internal(set) var synchronizes = false
  // Until when the answer may come whether it does; `nil` where none is to come.
  var askedUntil: ContinuousClock.Instant?
  var sent = SentBytes()
  let input: Int32
  let output: Int32
  // Whether it takes sequences of ECMA-48.
  let speaksECMA48: Bool
  private let reportsDrags: Bool
  private var isOpen = true

  /// Takes over the terminal on standard input and output; the use of the mouse takes its own selection away.
  package init(
    _ palette: Palette, color choice: ColorChoice, usesMouse: Bool, kind: String? = nil, input: Int32 = STDIN_FILENO,
    output: Int32 = STDOUT_FILENO
  ) throws(Unusable) {
    try Self.requireUsable(kind: kind, input: input, output: output)
    showsUnicode = cnc_use_locale()
    CrashGuard.terminalIsTaken(input: input, output: output)
    var isOpened = false
    // SAFETY: the screen lives until the process ends; ncurses keeps it.
    sent.counting { isOpened = unsafe cnc_open(kind, input, output) != nil }
    guard isOpened else {
      CrashGuard.terminalIsBack()
      throw Unusable(description: "there is no memory for a screen; use --headless")
    }
    let isForbidden = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
    let isColored = choice == .always || choice == .auto && !isForbidden
    depth = isColored ? ColorDepth(count: Int(cnc_start_color()), isDirect: cnc_has_direct_color()) : .none
    var reportsMouse = false
    if usesMouse { sent.counting { reportsMouse = cnc_ask_for_mouse() } }
    reportsDrags = reportsMouse && cnc_has_xterm_mouse()
    self.palette = palette
    (self.input, self.output) = (input, output)
    speaksECMA48 = cnc_speaks_ecma48()
    Self.nameKeys()
    takeColors()
    sent.counting(setModes)
    sent.counting(askForSynchronizedOutput)
  }

  /// Throws if there is no terminal that can show a screen, and leaves it as it is.
  package static func requireUsable(
    kind: String? = nil, input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO
  ) throws(Unusable) {
    guard isatty(input) == 1, isatty(output) == 1 else {
      throw Unusable(description: "standard input and output are no terminal; use --headless")
    }
    guard unsafe !cnc_can_show_screen(kind, output) else { return }
    // SAFETY: getenv's result is copied at once.
    let name = unsafe kind ?? getenv("TERM").map { unsafe String(cString: $0) } ?? ""
    throw Unusable(
      description: "the terminal \"\(name)\" is unknown or can't move its cursor; set TERM, or use --headless")
  }

  deinit {
    close()
    sent.close()
  }

  package var width: Int { Int(cnc_columns()) }
  package var height: Int { Int(cnc_rows()) }
  /// So far, or `nil` where the kernel keeps no account of threads.
  package var bytesSent: Int? { sent.count }

  private func takeColors() {
    blanks = palette.appearances.enumerated().flatMap { number, appearance in
      let ink = palette.ink(appearance, isText: number == 0, depth)
      let pair = depth == .none ? 0 : Int32(number) + 1
      if pair > 0 { init_extended_pair(pair, ink.color, palette.paper(depth)) }
      let bits = (ink.isBold ? Int32(CNC_BOLD) : 0) | (ink.isDim ? Int32(CNC_DIM) : 0)
      return [0, CNC_REVERSE, CNC_UNDERLINE, CNC_REVERSE | CNC_UNDERLINE].map {
        cnc_cell(bits | Int32($0), Int16(pair))
      }
    }
  }

  private static func index(_ style: Style) -> Int {
    4 * Int(style.role.number) + (style.isUnderlined ? 2 : 0) + (style.isReversed ? 1 : 0)
  }

  /// Gives ncurses the cells that have changed.
  package func show(_ canvas: Canvas, cursor: (x: Int, y: Int)?) {
    let before = shown?.width == canvas.width && shown?.height == canvas.height ? shown : nil
    if before == nil { cnc_clear() }
    for y in 0..<min(canvas.height, height) {
      put(canvas, y, before.map { canvas.changedColumns(ofRow: y, since: $0) } ?? 0..<canvas.width)
    }
    shown = canvas
    sent.counting {
      if synchronizes { send(TerminalSequences.frameBegins) }
      if let cursor {
        curs_set(1)
        move(Int32(cursor.y), Int32(cursor.x))
      } else {
        curs_set(0)
      }
      cnc_refresh()
      if synchronizes { send(TerminalSequences.frameEnds) }
    }
  }

  /// Sends the next canvas whole.
  package func repaint() { shown = nil }

  // In one call: one for each stretch of a style takes twice the time.
  private func put(_ canvas: Canvas, _ y: Int, _ columns: Range<Int>) {
    guard !columns.isEmpty else { return }
    cells.removeAll(keepingCapacity: true)
    let start = canvas.row(y).startIndex
    for cell in canvas.cells[start + columns.lowerBound..<start + columns.upperBound]
    where showsUnicode ? cell.glyph != Cell.continuation : true {
      var shown = blanks[Self.index(cell.style)]
      if showsUnicode {
        (shown.chars.0, shown.chars.1) = (wchar_t(cell.glyph.value), wchar_t(cell.marks.0.value))
        shown.chars.2 = wchar_t(cell.marks.1.value)
      } else {
        // A question mark has one column: the right half of a wide glyph stays as a blank.
        shown.chars.0 = cell.glyph == Cell.continuation ? 0x20 : cell.glyph.isASCII ? wchar_t(cell.glyph.value) : 0x3f
      }
      cells.append(shown)
    }
    // SAFETY: ncurses copies the cells before it returns.
    unsafe mvadd_wchnstr(Int32(y), Int32(columns.lowerBound), cells, Int32(cells.count))
  }

  /// Gives the terminal back for a while, as for a stop by `Ctrl-Z`.
  package func suspend() {
    awaitAnswer()
    sent.counting(giveBack)
  }

  // Modes that ncurses has no functions for.
  private func setModes() {
    if speaksECMA48 { send("\u{1b}[?2004h") }
    if reportsDrags { cnc_report_drags(output, true) }
  }

  private func giveBack() {
    if speaksECMA48 { send("\u{1b}[?2004l") }
    if reportsDrags { cnc_report_drags(output, false) }
    curs_set(1)
    endwin()
  }

  /// Takes the terminal again; the next canvas is sent whole.
  package func resume() {
    shown = nil
    sent.counting {
      cnc_refresh()
      setModes()
    }
  }

  /// Gives the terminal back as it was found; again does nothing.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    awaitAnswer()
    sent.counting(giveBack)
    CrashGuard.terminalIsBack()
  }
}
