/// What a line that is to be found can begin with, where it is no plain text.
package enum FindPrefix: String, Sendable, CaseIterable {
  case hex
  case state
  case kernel
  /// Plain text, even if it begins like one of the others.
  case text

  var mark: String { rawValue + ":" }

  /// What the prompt says of them.
  package static let hint =
    "text as it is typed; hex:7f45 4c46, state:written, kernel:dirty; n, N go on"

  static func of(_ line: String) -> FindPrefix? { allCases.first { line.hasPrefix($0.mark) } }
}

extension Command {
  /// Reads a line that is to be found, and gives the `find` command for it; blank, the next of what was found last.
  package init(finding line: String) throws(SyntaxError) {
    let prefix = FindPrefix.of(line)
    let rest = prefix.map { String(line.dropFirst($0.mark.count)) } ?? line
    guard prefix != nil || !line.allSatisfy(\.isWhitespace) else {
      self = .findAgain(isBackward: false)
      return
    }
    let verb = "find \(prefix ?? .text) "
    let isText = prefix == nil || prefix == .text
    do throws(SyntaxError) {
      guard let command = try Command(parsing: verb + (isText && !rest.isEmpty ? Word.inQuotes(rest) : rest)) else {
        self = .findAgain(isBackward: false)
        return
      }
      self = command
    } catch {
      // The columns are those of the line that was typed.
      let shift = line.count - rest.count - verb.count
      let columns = max(0, error.columns.lowerBound + shift)..<max(1, error.columns.upperBound + shift)
      throw SyntaxError(error.description, at: columns)
    }
  }
}
