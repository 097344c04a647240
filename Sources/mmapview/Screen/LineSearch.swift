import TerminalCanvas
import VisibleText

/// The search back through earlier lines for one that has a text in it, as by readline's `Ctrl-R`.
struct LineSearch {
  enum Outcome {
    case goesOn
    case ended
    /// It has ended, and the key is for the line.
    case passesOn
  }

  /// The text that is looked for.
  private(set) var wanted = ""
  /// Whether a line has it.
  private(set) var isFound = true
  private let draft: PromptLine
  // The line that was found; `nil` for the draft, which is newer than all.
  private var index: Int?

  init(draft: PromptLine) { self.draft = draft }

  mutating func take(_ key: Key, _ lines: [String], _ line: inout PromptLine) -> Outcome {
    switch key {
    case .escape: return .ended
    // Ctrl-G: as it was before.
    case .character("\u{07}"):
      line = draft
      return .ended
    case .character("\u{12}"): find(lines, upTo: index ?? lines.count, butFor: line.string, &line)
    case .backspace:
      wanted = String(wanted.dropLast())
      (index, line) = (nil, draft)
      find(lines, upTo: lines.count, &line)
    case .character(let scalar) where !scalar.isHazardous:
      wanted.unicodeScalars.append(scalar)
      find(lines, upTo: index.map { $0 + 1 } ?? lines.count, &line)
    default: return .passesOn
    }
    return .goesOn
  }

  private mutating func find(
    _ lines: [String], upTo end: Int, butFor shown: String? = nil, _ line: inout PromptLine
  ) {
    let found = wanted.isEmpty ? nil : lines[..<end].lastIndex { $0.contains(wanted) && $0 != shown }
    isFound = wanted.isEmpty || found != nil
    guard let found else { return }
    index = found
    line.become(lines[found])
  }
}
