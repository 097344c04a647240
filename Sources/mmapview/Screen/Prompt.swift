import Inspector
import TerminalCanvas
import VisibleText

/// A line that is being typed: a command, or what is to be found; what is wrong with it, the candidates for its last
/// word.
struct Prompt {
  enum Kind {
    case command
    /// What is typed is looked for.
    case find

    var mark: String { self == .command ? ":" : "/" }
  }

  let kind: Kind
  private(set) var line: PromptLine
  /// What was wrong when the line was entered; `nil` again when it changes.
  private(set) var error: SyntaxError?
  /// What Tab lists, until another key is pressed.
  private(set) var choices: Choices?
  /// What is looked for in earlier lines.
  private(set) var search: LineSearch?
  private var recall: Recall?
  // A line that a key has put there was not typed: history is not searched for lines that begin like it.
  private var isTyped = false

  struct Choices {
    let completion: Completion
    /// The one that stands in the line.
    var index: Int?
    /// Which windowful of them is shown, where none stands in the line.
    var page = 0
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

  init(_ text: String = "", _ kind: Kind = .command) { (line, self.kind) = (PromptLine(text), kind) }

  mutating func take(_ key: Key, _ history: History, _ context: Completion.Context) -> Outcome {
    if continueSearch(key, history) { return .typing }
    switch key {
    case .escape, .character("\u{07}"): return .left  // Ctrl-G
    // The end of input, as in a shell.
    case .character("\u{04}") where line.text.isEmpty: return .left
    case .enter: return enter()
    case .help: return .help
    case .character("?") where line.text.isEmpty && kind == .command: return .help
    case .tab: complete(context)
    case .backTab: choose(context)
    case .up, .character("\u{10}"): recall(-1, history)
    case .down, .character("\u{0e}"): recall(1, history)
    case .alt("<"): recall(-history.lines.count, history)
    case .alt(">"): recall(history.lines.count, history)
    case .character("\u{12}"): search = LineSearch(draft: line)  // Ctrl-R
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
    do throws(SyntaxError) {
      return .entered(try kind == .command ? Command(parsing: line.string) : Command(finding: line.string))
    } catch {
      line.move(to: error.columns.upperBound)
      (self.error, choices) = (error, nil)
      return .typing
    }
  }

  // The search goes on until a key comes that is none of its own; whether this one was.
  private mutating func continueSearch(_ key: Key, _ history: History) -> Bool {
    guard var search else { return false }
    let goesOn = search.take(key, history.lines, &line)
    self.search = goesOn == .goesOn ? search : nil
    (error, choices, recall, isTyped) = (nil, nil, nil, true)
    return goesOn != .passesOn
  }
}

// MARK: Completion

extension Prompt {
  private func completion(_ context: Completion.Context) -> Completion {
    switch kind {
    case .command: Completion(line.string, cursor: line.cursor, in: context)
    case .find: Completion(finding: line.string, cursor: line.cursor, in: context)
    }
  }

  /// Puts there what all candidates have in common with what is typed, and lists them; again, the next windowful.
  ///
  /// Where nothing of the word is typed, nothing of it was asked for.
  private mutating func complete(_ context: Completion.Context) {
    error = nil
    let completion = completion(context)
    if choices?.completion == completion, choices?.index == nil {
      choices?.page += 1
      return
    }
    choices = Choices(completion: completion)
    guard !completion.columns.isEmpty, let common = completion.commonPrefix else { return }
    (recall, isTyped) = (nil, true)
    if completion.candidates.count == 1 {
      put(completion.candidates[0], of: completion)
      choices = nil
    } else if common.text.count > completion.columns.count {
      line.replace(completion.columns, with: common.text)
      choices = Choices(completion: self.completion(context))
    }
  }

  private mutating func put(_ candidate: Completion.Candidate, of completion: Completion) {
    let isFollowed = candidate.isWhole && completion.goesOn
    let rest = line.text[completion.columns.upperBound...]
    line.replace(completion.columns, with: candidate.text + (isFollowed && rest.first != " " ? " " : ""))
    if isFollowed, rest.first == " " { line.move(to: line.cursor + 1) }
  }

  /// Puts the next candidate into the line.
  private mutating func choose(_ context: Completion.Context) {
    error = nil
    var choices = choices ?? Choices(completion: completion(context))
    let candidates = choices.completion.candidates
    // The next word is the next to be chosen.
    if candidates.count == 1 {
      put(candidates[0], of: choices.completion)
      (self.choices, recall, isTyped) = (nil, nil, true)
      return
    }
    defer { self.choices = choices }
    guard !candidates.isEmpty else { return }
    let index = choices.index.map { ($0 + 1) % candidates.count } ?? 0
    line.replace(choices.completion.columns.lowerBound..<line.cursor, with: candidates[index].text)
    choices.index = index
    (recall, isTyped) = (nil, true)
  }
}

// MARK: History

extension Prompt {
  // Older lines, or newer ones, that begin with what is typed; after the newest comes the draft itself.
  private mutating func recall(_ step: Int, _ history: History) {
    let lines = history.lines
    let from =
      recall ?? Recall(draft: line.string, beginning: isTyped ? line.string : "", index: lines.count)
    (error, choices) = (nil, nil)
    let direction = step.signum()
    var (index, left, found) = (from.index, abs(step), from.index)
    while left > 0 {
      index += direction
      while lines.indices.contains(index), !lines[index].hasPrefix(from.beginning) || lines[index] == line.string {
        index += direction
      }
      guard index >= 0, index <= lines.count else { break }
      (found, left) = (index, left - 1)
    }
    guard found != from.index else { return }
    line.become(found < lines.count ? lines[found] : from.draft)
    recall = Recall(draft: from.draft, beginning: from.beginning, index: found)
  }
}
