import Inspector
import TerminalCanvas

/// A command that is being typed: its line, what is wrong with it, what its last word could become.
struct Prompt {
  private(set) var line: PromptLine
  /// What was wrong when the line was entered, until it is changed.
  private(set) var error: SyntaxError?
  /// What the tabulator offers, until another key is pressed.
  private(set) var choices: Choices?
  private var recall: Recall?
  // What a key has put there was not typed, and is no beginning to look for.
  private var isTyped = false

  /// The candidates of a completion, and which one stands in the line.
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

  /// What became of a key.
  enum Outcome {
    /// It changed the line, or nothing.
    case typing
    /// Nobody wants to type any more.
    case left
    /// The line is a command; `nil` for a blank one.
    case entered(Command?)
    /// The commands are to be shown.
    case help
  }

  init(_ text: String = "") { line = PromptLine(text) }

  /// Takes a key.
  mutating func take(_ key: Key, _ history: History, _ context: Completion.Context) -> Outcome {
    switch key {
    case .escape: return .left
    case .enter: return enter()
    case .help: return .help
    case .character("?") where line.text.isEmpty: return .help
    case .tab: complete(1, context)
    case .backTab: complete(-1, context)
    case .up: recall(-1, history)
    case .down: recall(1, history)
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

  // A line that is wrong stays, with the cursor behind the word to be mended.
  private mutating func enter() -> Outcome {
    do throws(SyntaxError) { return .entered(try Command(parsing: line.string)) } catch {
      line.move(to: error.columns.upperBound)
      (self.error, choices) = (error, nil)
      return .typing
    }
  }

  // MARK: Completion

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

  // As far as it is clear; after that the candidates come one by one.
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

  // MARK: History

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
    line = PromptLine(index < lines.count ? lines[index] : from.draft)
    recall = Recall(draft: from.draft, beginning: from.beginning, index: index)
  }
}
