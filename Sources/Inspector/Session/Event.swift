import RangedMmap
import SystemPackage

/// What came of a command.
public struct Event: Sendable, Equatable {
  /// How the lines are meant.
  public enum Kind: Sendable {
    /// Something was done.
    case done
    /// Something to read: bytes, counts, help.
    case output
    /// A caption of a script.
    case caption
    /// Something failed.
    case failure
  }

  /// How the lines are meant.
  public let kind: Kind
  /// One or more lines of text.
  public let lines: [String]

  /// An event of some lines.
  public init(_ kind: Kind, _ lines: [String]) {
    self.kind = kind
    self.lines = lines
  }

  static func done(_ line: String) -> Event { Event(.done, [line]) }
}

/// Why a command could not be carried out: one line that names the culprit and the remedy.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) { self.description = description }

  // The library's remedies are calls; here they are commands.
  init(_ error: MmapFileError, whileCreating: Bool = false) {
    let remedy: String? =
      switch error.code {
      case .alreadyExists:
        "choose another name, open it without creating, or replace it with --force (`create … force`)"
      case .readOnly: "allow writing with --write (`open \(error.path) write`)"
      case .system where error.errno == .noSuchFileOrDirectory && whileCreating: "check that its folder exists"
      case .system where error.errno == .noSuchFileOrDirectory: "check the name, or create it with --create SIZE"
      case .locked: "close it there, or look at it without --write"
      default: error.remedy
      }
    var line = "\(error.path): \(error.message)"
    if let errno = error.errno { line += " (\(errno))" }
    if let remedy { line += "; \(remedy)" }
    description = line
  }
}
