import Inspector
import RangedMmap
import VisibleText

/// What a person is asked before a command is carried out, where the screen asks it too.
enum PlainQuestion {
  /// What is to become of pages that are not durable.
  case quit(pages: Int)
  /// Whether a file that is open for reading may be written, by a command that waits for it.
  case write(path: String, Command)

  init?(before command: Command, _ session: Session) {
    if command == .quit, session.host.outside == nil, session.unsyncedPages > 0 {
      self = .quit(pages: session.unsyncedPages)
    } else if let path = session.fileToAllow(for: command) {
      self = .write(path: path.string, command)
    } else {
      return nil
    }
  }

  /// The question, with its answers.
  var text: String {
    switch self {
    case .quit(let pages): "\(counted(pages, "page")) written and not durable: s syncs and quits, q quits, else stay "
    case .write(let path, _): "\(path.visible) is open for reading only: y opens it for writing, else it stays so "
    }
  }

  /// What an answer asks for, in this order; nothing where it declines.
  func commands(for answer: String) -> [Command] {
    switch (self, answer.filter { !$0.isWhitespace }) {
    case (.quit, "q"): [.quit]
    case (.quit, "s"): [.syncAndQuit]
    case (.write(let path, let command), "y"): [.open(path: path, forWriting: true), command]
    default: []
    }
  }

  /// What is so after an answer that declines.
  var declined: String {
    switch self {
    case .quit(let pages): "the program goes on; \(counted(pages, "page")) written and not durable, as before"
    case .write(let path, let command):
      "\(path.visible) stays open for reading only; `\(command)` was not carried out"
    }
  }
}
