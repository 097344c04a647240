import Inspector
import RangedMmap
import VisibleText

/// What a person is asked before a command is carried out, where the screen asks it too.
enum PlainQuestion {
  /// What is to become of pages that are not durable.
  case quit(pages: Int)
  /// Whether a file that is open for reading may be written.
  case write(path: String)

  init?(before command: Command, _ session: Session) {
    if command == .quit, session.host.outside == nil, session.unsyncedPages > 0 {
      self = .quit(pages: session.unsyncedPages)
    } else if let path = session.fileToAllow(for: command) {
      self = .write(path: path.string)
    } else {
      return nil
    }
  }

  /// The question, with its answers.
  var text: String {
    switch self {
    case .quit(let pages): "\(counted(pages, "page")) written and not durable: s syncs and quits, q quits, else stay "
    case .write(let path): "\(path.visible) is open for reading only: y opens it for writing, else it stays so "
    }
  }

  /// What an answer asks for; `nil` for none.
  func command(for answer: String) -> Command? {
    switch (self, answer.filter { !$0.isWhitespace }) {
    case (.quit, "q"): .quit
    case (.quit, "s"): .syncAndQuit
    case (.write(let path), "y"): .open(path: path, forWriting: true)
    default: nil
    }
  }
}
