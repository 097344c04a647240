import Inspector
import SystemPackage
import TestSupport
import Testing

/// A suite with a session, and a folder for its files.
class SessionSuite: FolderSuite {
  let session: Session

  override init() throws {
    session = try Session()
    try super.init()
  }

  /// The path of a file in the folder, as a word of a command.
  func word(_ name: String) -> String { Word.quote(folder.file(name).string) }

  @discardableResult
  func perform(_ lines: String...) throws -> Event { try session.perform(lines: lines) }

  @discardableResult
  func play(_ lines: String...) throws -> [String] { try session.play(lines: lines) }

  /// What is said of a line that fails.
  func refusal(of line: String) throws -> String {
    try #require(throws: CommandError.self) { try perform(line) }.description
  }
}

extension Session {
  @discardableResult
  func perform(_ lines: String...) throws -> Event { try perform(lines: lines) }

  /// Carries out commands, and returns what became of the last.
  @discardableResult
  func perform(lines: [String]) throws -> Event {
    let events = try lines.map { line in
      let command = try #require(try Command(parsing: line))
      return try perform(command)
    }
    return try #require(events.last)
  }

  /// Plays commands as a script, and returns the lines that they printed.
  @discardableResult
  func play(lines: [String]) throws -> [String] {
    try play(Player(try Script(lines.joined(separator: "\n"), name: "test")))
  }

  /// Plays a script to its end, and returns the lines that it printed.
  @discardableResult
  func play(_ player: Player) throws -> [String] {
    var printed: [String] = []
    while true {
      switch try player.step(self) {
      case .performed(let event): printed += event.lines
      case .waiting: waitForNews()
      case .finished: return printed
      }
    }
  }

  /// Waits until nothing is under way.
  func finish() { while isWaiting { waitForNews() } }
}
