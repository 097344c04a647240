import CNcurses

extension NcursesTerminal {
  // As xterm and all that follow it send them. Many descriptions of terminals leave them out, and then the rest of a
  // sequence would be taken for letters that somebody typed.
  private static let sequences: [(text: String, key: Key)] = [
    ("\u{1b}[1;2A", .shiftUp), ("\u{1b}[1;2B", .shiftDown), ("\u{1b}[1;2C", .shiftRight), ("\u{1b}[1;2D", .shiftLeft),
    ("\u{1b}[1;5A", .controlUp), ("\u{1b}[1;5B", .controlDown), ("\u{1b}[1;5C", .controlRight),
    ("\u{1b}[1;5D", .controlLeft), ("\u{1b}[Z", .backTab),
  ]

  // Beyond the codes that ncurses gives to the keys it finds in terminfo.
  private static let firstCode: Int32 = 0x4000

  /// Teaches ncurses the sequences that it may not know.
  static func nameKeys() {
    for (index, sequence) in sequences.enumerated() {
      // SAFETY: ncurses copies the text before it returns.
      unsafe define_key(sequence.text, firstCode + Int32(index))
    }
  }

  /// The next key that is waiting, or `nil`.
  public func nextKey() -> Key? {
    while true {
      if let event = mouseEvents.popLast() { return .mouse(event) }
      var code: Int32 = 0
      // SAFETY: the call fills the integer that it is given.
      switch unsafe cnc_key(&code) {
      case 1: return Self.character(UInt32(bitPattern: code))
      case 2 where code == KEY_MOUSE: takeMouseEvents()
      case 2: return Self.functionKey(code)
      default: return nil
      }
    }
  }

  // One key stands for all that the mouse did in quick succession, and ncurses gives the newest first.
  private func takeMouseEvents() {
    var (x, y, isShifted, kind) = (Int32(0), Int32(0), false, Int32(0))
    // SAFETY: the call fills what it is given.
    while unsafe cnc_mouse(&x, &y, &isShifted, &kind) {
      guard let kind = Self.kinds[kind] else { continue }
      mouseEvents.append(MouseEvent(x: Int(x), y: Int(y), kind: kind, isShifted: isShifted))
    }
  }

  private static let kinds: [Int32: MouseEvent.Kind] = [
    Int32(CNC_PRESS): .press, Int32(CNC_RELEASE): .release, Int32(CNC_DRAG): .drag,
    Int32(CNC_SCROLL_UP): .scrollUp, Int32(CNC_SCROLL_DOWN): .scrollDown,
  ]

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
    case KEY_SR: .shiftUp
    case KEY_SF: .shiftDown
    case KEY_SLEFT: .shiftLeft
    case KEY_SRIGHT: .shiftRight
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_ENTER: .enter
    case KEY_BTAB: .backTab
    case KEY_BACKSPACE: .backspace
    case KEY_DC: .delete
    case KEY_IC: .insert
    case KEY_F0 + 1: .help
    case KEY_RESIZE: .resize
    case firstCode..<firstCode + Int32(sequences.count): sequences[Int(code - firstCode)].key
    default: .unknown
    }
  }
}
