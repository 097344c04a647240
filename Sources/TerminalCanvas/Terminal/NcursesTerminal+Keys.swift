import CNcurses

extension NcursesTerminal {
  // As xterm and its followers send them. Many descriptions of terminals leave them out, and then the rest of a sequence
  // would be taken for typed letters.
  private static let sequences: [(text: String, key: Key)] = [
    ("\u{1b}[1;5C", .controlRight), ("\u{1b}[1;5D", .controlLeft), ("\u{1b}[1;3C", .alt("f")),
    ("\u{1b}[1;3D", .alt("b")), ("\u{1b}[Z", .backTab),
  ]

  // Beyond the codes that ncurses gives to the keys of terminfo.
  private static let firstCode: Int32 = 0x4000
  private static let pasteStart = firstCode - 1
  private static let pasteEnd = firstCode - 2

  static func nameKeys() {
    for (index, sequence) in sequences.enumerated() {
      // SAFETY: ncurses copies the text before it returns.
      unsafe define_key(sequence.text, firstCode + Int32(index))
    }
    // SAFETY: as above.
    unsafe define_key("\u{1b}[200~", pasteStart)
    unsafe define_key("\u{1b}[201~", pasteEnd)
  }

  // The bytes of a sequence come within this time, over a slow line too; a key that is typed after Esc comes later.
  private static let sequenceTime = Duration.milliseconds(300)

  enum Input {
    case character(Unicode.Scalar)
    /// A sequence that ncurses knows.
    case code(Int32)
  }

  package func nextKey() -> Key? {
    while true {
      if let event = mouseEvents.popLast() { return .mouse(event) }
      guard let input = nextInput.take() ?? read() else { return nil }
      if pasted != nil {
        if let text = takePasted(input) { return .paste(text) }
        continue
      }
      if let begun = sequence.take(), case .character(let scalar) = input, " "..."~" ~= scalar {
        if let key = key(afterSequence: begun, scalar) { return key }
        continue
      }
      let followsEscape = lastEscape.take().map { .now - $0 < Self.sequenceTime } ?? false
      switch input {
      case .character("\u{1b}"):
        guard let key = keyAfterEscape() else { continue }
        lastEscape = key == .escape ? .now : nil
        return key
      case .character("[") where followsEscape:
        // Too fast to be typed: it is the rest of a sequence.
        nextInput = read()
        if nextInput == nil { return .character("[") }
        sequence = ""
      case .character(let scalar): return Self.key(scalar)
      case .code(KEY_MOUSE): takeMouseEvents()
      case .code(Self.pasteStart): pasted = PastedText()
      case .code(let code): return Self.functionKey(code)
      }
    }
  }

  private func read() -> Input? {
    var code: Int32 = 0
    // SAFETY: it fills the integer that it is given.
    switch unsafe cnc_key(&code) {
    case 1: return .character(Unicode.Scalar(UInt32(bitPattern: code)) ?? "\u{fffd}")
    case 2: return .code(code)
    default: return nil
    }
  }

  // `nil` until the end of the text has come, which may be in a later batch of bytes.
  private func takePasted(_ input: Input) -> String? {
    switch input {
    case .character(let scalar): return pasted?.take(scalar) == true ? pasted.take()?.text : nil
    case .code(let code):
      // No terminal sends keys within pasted text; what looks like one is text, and is dropped.
      return code == Self.pasteEnd ? pasted.take()?.text : nil
    }
  }

  // ncurses has waited for the rest of a sequence that it knows. Other input that follows at once is a character with Alt,
  // or a sequence that ncurses doesn't know, whose letters must not be taken for typed ones.
  private func keyAfterEscape() -> Key? {
    switch read() {
    case nil: return .escape
    case .character("["):
      sequence = ""
      return nil
    case .character("O"): return read() == nil ? .alt("O") : .unknown
    case .character(let scalar) where scalar != "\u{1b}": return .alt(scalar)
    case .code(KEY_BACKSPACE): return .alt("\u{7f}")
    case let next:
      nextInput = next
      return .escape
    }
  }

  // ECMA-48: parameters and intermediates, and one byte that ends it. Over a network they may come after ncurses' limit.
  private func key(afterSequence begun: String, _ next: Unicode.Scalar) -> Key? {
    let text = begun + String(next)
    if " "..."?" ~= next {
      sequence = text
      return nil
    }
    if text == "200~" {
      pasted = PastedText()
      return nil
    }
    if takeAnswer(text) { return nil }
    if let event = MouseEvent(report: text) { return .mouse(event) }
    return Self.sequences.first { $0.text == "\u{1b}[" + text }?.key ?? .unknown
  }

  // One KEY_MOUSE stands for several events in quick succession, of which ncurses returns the newest first.
  private func takeMouseEvents() {
    var (x, y, isShifted, kind) = (Int32(0), Int32(0), false, Int32(0))
    // SAFETY: it fills the variables that it is given.
    while unsafe cnc_mouse(&x, &y, &isShifted, &kind) {
      guard let kind = Self.kinds[kind] else { continue }
      mouseEvents.append(MouseEvent(x: Int(x), y: Int(y), kind: kind, isShifted: isShifted))
    }
  }

  private static let kinds: [Int32: MouseEvent.Kind] = [
    Int32(CNC_PRESS): .press, Int32(CNC_RELEASE): .release, Int32(CNC_DRAG): .drag,
    Int32(CNC_SCROLL_UP): .scrollUp, Int32(CNC_SCROLL_DOWN): .scrollDown,
  ]

  private static func key(_ scalar: Unicode.Scalar) -> Key {
    switch scalar {
    case "\n", "\r": .enter
    case "\t": .tab
    case "\u{08}", "\u{7f}": .backspace
    default: .character(scalar)
    }
  }

  private static let functionKeys: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown,
    KEY_HOME: .home, KEY_END: .end, KEY_ENTER: .enter, KEY_BTAB: .backTab, KEY_BACKSPACE: .backspace,
    KEY_DC: .delete, KEY_F0 + 1: .help, KEY_RESIZE: .resize,
  ]

  private static func functionKey(_ code: Int32) -> Key {
    if (KEY_F0 + 2...KEY_F0 + 12).contains(code) { return .function(Int(code - KEY_F0)) }
    let index = Int(code - firstCode)
    return sequences.indices.contains(index) ? sequences[index].key : functionKeys[code] ?? .unknown
  }
}

/// A pasted text whose end has not come yet.
struct PastedText {
  // 64 Ki characters are more than any line that a person pastes on purpose; the rest is dropped.
  private static let longest = 1 << 16
  // ncurses does not recognise it where it comes in parts.
  private static let end = Array("\u{1b}[201~".unicodeScalars)

  private var scalars: [Unicode.Scalar] = []
  var text: String { String(String.UnicodeScalarView(scalars.prefix(Self.longest))) }

  /// Takes a character; true if it completes the mark at the text's end.
  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    // Beyond the limit only as many are kept as the mark has.
    if scalars.count == Self.longest + Self.end.count { scalars.remove(at: Self.longest) }
    scalars.append(scalar)
    guard scalar == Self.end.last, scalars.suffix(Self.end.count).elementsEqual(Self.end) else { return false }
    scalars.removeLast(Self.end.count)
    return true
  }
}
