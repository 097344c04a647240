import Inspector
import TerminalCanvas

/// A command that is being typed: its line, what is wrong with it, the candidates for its last word.
struct Prompt {
  private(set) var line: PromptLine
  /// What was wrong when the line was entered; `nil` again when it changes.
  private(set) var error: SyntaxError?
  /// What Tab offers, until another key is pressed.
  private(set) var choices: Choices?
  private var recall: Recall?
  // A line that a key has put there was not typed: history is not searched for lines that begin like it.
  private var isTyped = false

  struct Choices {
    let completion: Completion
    var index: Int?
  }

  // How far back the arrows have gone, and where from.
  private struct Recall {
    let draft: String
    let beginning: String
    var index: Int
  }

  enum Outcome {
    case typing
    case left
    /// `nil` for a blank line.
    case entered(Command?)
    case help
  }

  init(_ text: String = "") { line = PromptLine(text) }

  mutating func take(_ key: Key, _ history: History, _ context: Completion.Context) -> Outcome {
    switch key {
    case .escape: return .left
    // The end of input, as in a shell.
    case .character("\u{04}") where line.text.isEmpty: return .left
    case .enter: return enter()
    case .help: return .help
    case .character("?") where line.text.isEmpty: return .help
    case .tab: complete(1, context)
    case .backTab: complete(-1, context)
    case .up, .character("\u{10}"): recall(-1, history)
    case .down, .character("\u{0e}"): recall(1, history)
    default: edit(key)
    }
    return .typing
  }

  private mutating func edit(_ key: Key) {
    let before = line.text
    line.edit(key)
    choices = nil
    guard line.text != before else { return }
    (error, recall, isTyped) = (nil, nil, !line.text.isEmpty)
  }

  // A wrong line stays, with the cursor behind the word to be corrected.
  private mutating func enter() -> Outcome {
    do throws(SyntaxError) { return .entered(try Command(parsing: line.string)) } catch {
      line.move(to: error.columns.upperBound)
      (self.error, choices) = (error, nil)
      return .typing
    }
  }

  private mutating func complete(_ step: Int, _ context: Completion.Context) {
    error = nil
    guard let choices, choices.completion.candidates.count > 1 else {
      offer(Completion(line.string, cursor: line.cursor, in: context))
      return
    }
    let count = choices.completion.candidates.count
    let index = choices.index.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
    let start = choices.completion.columns.lowerBound
    line.replace(start..<line.cursor, with: choices.completion.candidates[index].text)
    self.choices?.index = index
    (recall, isTyped) = (nil, true)
  }

  // Completes what all candidates have in common; with the next Tab they come one by one.
  private mutating func offer(_ completion: Completion) {
    choices = Choices(completion: completion)
    guard let common = completion.commonPrefix else { return }
    (recall, isTyped) = (nil, true)
    if completion.candidates.count == 1 {
      let candidate = completion.candidates[0]
      line.replace(completion.columns, with: candidate.text + (candidate.isWhole ? " " : ""))
      choices = nil
    } else if common.text.count > completion.columns.count {
      line.replace(completion.columns, with: common.text)
    }
  }

  // Older lines, or newer ones, that begin with what is typed; after the newest comes the draft itself.
  private mutating func recall(_ step: Int, _ history: History) {
    let lines = history.lines
    let from =
      recall ?? Recall(draft: line.string, beginning: isTyped ? line.string : "", index: lines.count)
    (error, choices) = (nil, nil)
    var index = from.index + step
    while lines.indices.contains(index), !lines[index].hasPrefix(from.beginning) || lines[index] == line.string {
      index += step
    }
    guard index >= 0, index <= lines.count else { return }
    let cut = line.cut
    line = PromptLine(index < lines.count ? lines[index] : from.draft)
    line.cut = cut
    recall = Recall(draft: from.draft, beginning: from.beginning, index: index)
  }
}
