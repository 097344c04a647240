import TerminalCanvas
import VisibleText

/// A line that is edited as by readline(3).
struct PromptLine: Equatable {
  private(set) var text: [Character]
  /// The character that the cursor stands on, or the place after the last.
  private(set) var cursor: Int
  // What was cut, to be put elsewhere, the newest last; cuts in a row are one.
  private var cuts: [String] = []
  private var isCutting = false
  // What was put there by the key before.
  private var lastPut: Put?
  // What the line was before each change, the newest last; what is typed in a row is one change.
  private var past: [Moment] = []
  private var isTyping = false

  private struct Moment: Equatable {
    let text: [Character]
    let cursor: Int
  }

  private struct Put: Equatable {
    let columns: Range<Int>
    /// Of `cuts`.
    let index: Int
  }

  // As many as readline keeps.
  private static let mostCuts = 10
  // More changes than a line sees; each keeps a copy of it.
  private static let mostChanges = 200

  init(_ text: String = "") {
    self.text = Array(text)
    cursor = self.text.count
  }

  var string: String { String(text) }
  var beforeCursor: String { String(text[..<cursor]) }

  mutating func move(to column: Int) { cursor = min(max(0, column), text.count) }

  /// Puts a text in place of some columns, and the cursor behind it.
  mutating func replace(_ columns: Range<Int>, with new: String) {
    (isCutting, isTyping, lastPut) = (false, false, nil)
    changing { $0.put(new, at: columns) }
  }

  /// Turns to another line; what was cut stays.
  mutating func become(_ new: String) { replace(0..<text.count, with: new) }

  /// Takes a key that edits, and ignores others.
  mutating func edit(_ key: Key) {
    let (wasCutting, put) = (isCutting, lastPut)
    (isCutting, isTyping, lastPut) = (false, isTyping && key.isTyped, nil)
    switch key {
    case .character("\u{01}"), .home: cursor = 0
    case .character("\u{05}"), .end: cursor = text.count
    case .left, .character("\u{02}"): move(to: cursor - 1)
    case .right, .character("\u{06}"): move(to: cursor + 1)
    case .controlLeft, .alt("b"): cursor = start(of: \.isOfWord)
    case .controlRight, .alt("f"): cursor = end(of: \.isOfWord)
    case .character("\u{1f}"): undo()  // Ctrl-_
    // Alt-Y: in place of what Ctrl-Y has put there what was cut before that.
    case .alt("y"):
      if let put { changing { $0.putCut((put.index + $0.cuts.count - 1) % $0.cuts.count, at: put.columns) } }
    default: changing { $0.change(key, wasCutting) }
    }
  }

  private mutating func changing(_ change: (inout Self) -> Void) {
    let before = Moment(text: text, cursor: cursor)
    let wasTyping = isTyping
    change(&self)
    guard text != before.text, !(wasTyping && isTyping) else { return }
    past.append(before)
    if past.count > Self.mostChanges { past.removeFirst() }
  }

  private mutating func change(_ key: Key, _ wasCutting: Bool) {
    func cut(_ columns: Range<Int>) { self.cut(columns, wasCutting) }
    switch key {
    case .character("\u{0b}"): cut(cursor..<text.count)  // Ctrl-K
    case .character("\u{15}"): cut(0..<cursor)  // Ctrl-U
    case .character("\u{17}"): cut(start { !$0.isWhitespace }..<cursor)  // Ctrl-W
    case .alt("\u{7f}"): cut(start(of: \.isOfWord)..<cursor)
    case .alt("d"): cut(cursor..<end(of: \.isOfWord))
    case .character("\u{19}"): if !cuts.isEmpty { putCut(cuts.count - 1, at: cursor..<cursor) }  // Ctrl-Y
    case .character("\u{14}"): transpose()  // Ctrl-T
    case .alt("t"): transposeWords()
    case .alt("u"): recase { $0.uppercased() }
    case .alt("l"): recase { $0.lowercased() }
    case .alt("c"): recase { $0.capitalizedFirst }
    case .character(let scalar) where !scalar.isHazardous:
      put(String(scalar), at: cursor..<cursor)
      isTyping = true
    case .paste(let text):
      // Only the first of several lines: each is a command of its own, and none is carried out unread.
      let scalars = (text.lines.first ?? "").unicodeScalars.map { $0 == "\t" ? " " : $0 }.filter { !$0.isHazardous }
      put(String(String.UnicodeScalarView(scalars)), at: cursor..<cursor)
    case .backspace where cursor > 0: put("", at: cursor - 1..<cursor)
    case .delete where cursor < text.count, .character("\u{04}") where cursor < text.count:
      put("", at: cursor..<cursor + 1)
    default: break
    }
  }

  private mutating func put(_ new: String, at columns: Range<Int>) {
    let before = String(text[..<columns.lowerBound]) + new
    // Joined as text: an accent that is typed alone belongs to the letter before it.
    text = Array(before + String(text[columns.upperBound...]))
    cursor = min(before.count, text.count)
  }

  private mutating func putCut(_ index: Int, at columns: Range<Int>) {
    put(cuts[index], at: columns)
    lastPut = Put(columns: min(columns.lowerBound, cursor)..<cursor, index: index)
  }

  private mutating func cut(_ columns: Range<Int>, _ goesOn: Bool) {
    let new = String(text[columns])
    isCutting = goesOn || !new.isEmpty
    guard !new.isEmpty else { return }
    if goesOn, let last = cuts.popLast() {
      cuts.append(columns.lowerBound < cursor ? new + last : last + new)
    } else {
      cuts.append(new)
    }
    if cuts.count > Self.mostCuts { cuts.removeFirst() }
    put("", at: columns)
  }

  // The character before the cursor goes behind the one under it; at the end the last two change places.
  private mutating func transpose() {
    let place = min(cursor, text.count - 1)
    guard place > 0 else { return }
    put(String([text[place], text[place - 1]]), at: place - 1..<place + 1)
  }

  // The word at the cursor, or behind it, changes places with the one before; at the end the last two.
  private mutating func transposeWords() {
    let origin = cursor
    cursor = end(of: \.isOfWord)
    let secondEnd = cursor
    cursor = start(of: \.isOfWord)
    let second = cursor..<secondEnd
    cursor = start(of: \.isOfWord)
    let firstStart = cursor
    let first = firstStart..<end(of: \.isOfWord)
    cursor = origin
    guard first.upperBound <= second.lowerBound, firstStart < second.lowerBound else { return }
    let between = text[first.upperBound..<second.lowerBound]
    put(String(text[second] + between + text[first]), at: firstStart..<secondEnd)
  }

  private mutating func recase(_ change: (String) -> String) {
    let word = cursor..<end(of: \.isOfWord)
    put(change(String(text[word])), at: word)
  }

  private mutating func undo() {
    guard let before = past.popLast() else { return }
    (text, cursor) = (before.text, before.cursor)
  }

  private func start(of isOfWord: (Character) -> Bool) -> Int {
    let gap = text[..<cursor].reversed().prefix { !isOfWord($0) }.count
    return cursor - gap - text[..<(cursor - gap)].reversed().prefix(while: isOfWord).count
  }

  private func end(of isOfWord: (Character) -> Bool) -> Int {
    let gap = text[cursor...].prefix { !isOfWord($0) }.count
    return cursor + gap + text[(cursor + gap)...].prefix(while: isOfWord).count
  }
}

extension Character {
  /// Whether it belongs to a word for the keys that go by words; `Ctrl-W` goes by blanks.
  fileprivate var isOfWord: Bool { isLetter || isNumber }
}

extension Key {
  fileprivate var isTyped: Bool { if case .character(let scalar) = self { !scalar.isHazardous } else { false } }
}

extension String {
  /// The lines that are not blank, whatever ends them.
  var lines: [Substring] { split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) } }

  fileprivate var capitalizedFirst: String {
    let gap = prefix { !$0.isOfWord }
    return gap + dropFirst(gap.count).prefix(1).uppercased() + dropFirst(gap.count + 1).lowercased()
  }
}
