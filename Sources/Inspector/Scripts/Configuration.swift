import SystemPackage

/// A file of settings and keys that are there from the start.
///
/// Its lines are `set` and `key` commands, and comments as in scripts. A line that is wrong is left out.
package struct Configuration: Sendable {
  package let path: String
  /// Whether there is such a file.
  package let exists: Bool
  package private(set) var commands: [Command] = []
  package private(set) var errors: [ScriptError] = []
  // The first line that is wrong; `nil` if that is none, or the file itself.
  private var firstWrong: Int?

  // What a person writes by hand; more is another file.
  private static let limit = 1 << 20

  /// The folder of the XDG Base Directory Specification, which ignores relative paths.
  package static func place(_ variable: (String) -> String?) -> FilePath? {
    if let folder = variable("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
      return FilePath(folder).appending("mmapview/config")
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return FilePath(home).appending(".config/mmapview/config")
  }

  package init(contentsOf path: FilePath) {
    self.path = path.string
    exists = (try? Stat(path)) != nil
    guard exists else { return }
    do throws(ScriptError) {
      let file = try ScriptFile(path.string, as: .configuration, limit: Self.limit)
      for (index, line) in file.text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        take(String(Substring(line)), ScriptPosition(name: path.string, line: index + 1))
      }
    } catch { errors.append(error) }
  }

  /// What is wrong with it, in a line that a log has room for.
  fileprivate var failure: String? {
    guard let firstWrong else { return errors.first?.description }
    let more = errors.count == 1 ? " is" : " and \(errors.count - 1) more are"
    return "\(path): line \(firstWrong)\(more) left out: `mmapview --check-config` shows why"
  }

  private mutating func take(_ line: String, _ position: ScriptPosition) {
    do throws(SyntaxError) {
      let words = try Word.split(line)
      // The slip that is made most.
      if let word = words.first, Verb.named(word.text) == nil,
        Setting.verb.forms.contains(where: { $0.keyword == word.text })
      {
        throw SyntaxError("\(word) is a setting: write `set \(word.text) …`", at: word.columns)
      }
      guard let command = try Command(words) else { return }
      guard command.configures else {
        throw SyntaxError(
          "`\(command.verb)` is no setting: a configuration has `set` and `key` lines; others go into a script, for --replay",
          at: words[0].columns)
      }
      commands.append(command)
    } catch {
      firstWrong = firstWrong ?? position.line
      errors.append(ScriptError(position, error.description, ScriptError.Mark(line: line, columns: error.columns)))
    }
  }
}

extension Command {
  fileprivate var configures: Bool {
    switch action {
    case is Setting, is LayerAction, is ThemeAction, is ZoomAction, is BindKeyAction: true
    default: false
    }
  }
}

extension Session {
  /// Takes the settings that are there from the start, which are in no recording, and says so if some are wrong.
  package func configure(_ configuration: Configuration) {
    for command in configuration.commands { _ = try? command.action.perform(in: self) }
    if let failure = configuration.failure { note(Event(.failure, [failure])) }
  }
}
