import CNcurses
import Glibc

/// The terminal that the program was started in, through ncurses; the only file that calls it.
public final class NcursesTerminal: Terminal {
  /// How colours are chosen.
  public enum ColorChoice: Sendable {
    /// As the terminal says, unless `NO_COLOR` is set.
    case auto
    /// Even if `NO_COLOR` is set.
    case always
    /// None.
    case never
  }

  /// Why the terminal can't be used.
  public struct Unusable: Error, CustomStringConvertible {
    /// The reason, and what to do.
    public let description: String
  }

  /// Whether glyphs outside ASCII can be shown.
  public let showsUnicode: Bool
  private let palette: Palette
  private var colors = 0
  private var shown: Canvas?
  private var isOpen = true

  /// Takes over the terminal on standard input and output.
  ///
  /// - Parameters:
  ///   - palette: How the roles look.
  ///   - choice: Whether to use colours.
  /// - Throws: When there is no terminal, or its kind is unknown.
  public init(_ palette: Palette, color choice: ColorChoice) throws(Unusable) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw Unusable(description: "standard input and output are no terminal; use --headless")
    }
    let isUTF8 = cnc_use_locale()
    CrashGuard.terminalIsTaken()
    // SAFETY: the screen lives until the process ends; ncurses keeps it.
    guard unsafe cnc_open() != nil else {
      // SAFETY: getenv's answer is copied at once.
      let name = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
      CrashGuard.terminalIsBack()
      throw Unusable(
        description: "the terminal \"\(name)\" is unknown or can't move its cursor; set TERM, or use --headless")
    }
    showsUnicode = isUTF8
    self.palette = palette
    let isForbidden = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
    if choice == .always || choice == .auto && !isForbidden { startColor() }
  }

  deinit { close() }

  /// Columns of the window.
  public var width: Int { Int(cnc_columns()) }
  /// Rows of the window.
  public var height: Int { Int(cnc_rows()) }

  private func startColor() {
    colors = Int(cnc_start_color())
    guard colors > 0 else { return }
    for role in Role.allCases {
      let look = palette[role]
      let color: Int16 =
        switch colors {
        case _ where role == .text: -1
        case 256...: Int16(look.xterm)
        case 16...: Int16(look.ansi)
        // Bright grey is dark there, and invisible on many grounds.
        default: look.ansi == 8 ? 7 : Int16(look.ansi % 8)
        }
      init_pair(Int16(role.rawValue) + 1, color, -1)
    }
  }

  /// Shows a canvas; ncurses is given the runs of cells that changed.
  public func show(_ canvas: Canvas, cursor: (x: Int, y: Int)?) {
    let before = shown?.width == canvas.width && shown?.height == canvas.height ? shown : nil
    if before == nil { cnc_clear() }
    for y in 0..<min(canvas.height, height) {
      if let before, before.row(y) == canvas.row(y) { continue }
      for run in canvas.runs(inRow: y) where changed(run, y, canvas, before) { put(run, y) }
    }
    shown = canvas
    if let cursor {
      curs_set(1)
      move(Int32(cursor.y), Int32(cursor.x))
    } else {
      curs_set(0)
    }
    cnc_refresh()
  }

  private func changed(_ run: Run, _ y: Int, _ canvas: Canvas, _ before: Canvas?) -> Bool {
    guard let before else { return true }
    let cells = y * canvas.width + run.x..<y * canvas.width + run.x + run.width
    return before.cells[cells] != canvas.cells[cells]
  }

  private func put(_ run: Run, _ y: Int) {
    var attributes: Int32 = 0
    let role = run.style.role
    if palette[role].isBold { attributes |= Int32(CNC_BOLD) }
    if run.style.isReversed { attributes |= Int32(CNC_REVERSE) }
    if colors == 0, role == .dim || role == .free || role == .zeroByte { attributes |= Int32(CNC_DIM) }
    let glyphs = run.text.unicodeScalars.map { wchar_t(showsUnicode || $0.isASCII ? $0.value : 0x3f) }
    let pair = colors > 0 ? Int16(role.rawValue) + 1 : 0
    // SAFETY: ncurses copies the glyphs before it returns.
    unsafe glyphs.withUnsafeBufferPointer { buffer in
      unsafe cnc_put(Int32(y), Int32(run.x), buffer.baseAddress, Int32(buffer.count), attributes, pair)
    }
  }

  /// The next key that is waiting, or `nil`.
  public func nextKey() -> Key? {
    var code: Int32 = 0
    // SAFETY: the call fills the integer that it is given.
    switch unsafe cnc_key(&code) {
    case 1: return Self.character(UInt32(bitPattern: code))
    case 2: return Self.functionKey(code)
    default: return nil
    }
  }

  private static func character(_ code: UInt32) -> Key {
    switch code {
    case 10, 13: .enter
    case 9: .tab
    case 27: .escape
    case 8, 127: .backspace
    default: Unicode.Scalar(code).map { .character($0) } ?? .unknown
    }
  }

  private static func functionKey(_ code: Int32) -> Key {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_ENTER: .enter
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_RESIZE: .resize
    case KEY_BTAB: .backTab
    case KEY_F0 + 1: .f1
    case Int32(CNC_WORD_LEFT): .wordLeft
    case Int32(CNC_WORD_RIGHT): .wordRight
    default: .unknown
    }
  }

  /// Gives the terminal back for a while.
  public func suspend() {
    curs_set(1)
    endwin()
  }

  /// Takes the terminal again and shows everything anew.
  public func resume() {
    shown = nil
    cnc_refresh()
  }

  /// Gives the terminal back as it was found; again does nothing.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    curs_set(1)
    endwin()
    CrashGuard.terminalIsBack()
  }
}
