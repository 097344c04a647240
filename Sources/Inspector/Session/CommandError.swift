import RangedMmap
import SystemPackage

/// Why a command could not be carried out: one line that names the culprit and the remedy.
package struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  // The library's remedies are calls; here they are commands.
  init(_ error: MmapFileError, whileCreating: Bool = false) {
    // What fills a range has its own reason and remedy.
    if let cause = error.cause as? CommandError {
      description = "\(cause); the range is filled in part, and not written"
      return
    }
    let remedy: String? =
      switch error.code {
      case .alreadyExists:
        "choose another name, open it without creating, or replace it with --create SIZE --force (`create … force`)"
      case .readOnly: "allow writing with --write (`open \(Word.quote(error.path.string)) write`)"
      case .emptyFile:
        "replace it with --create SIZE --force (`create … force`), name a file that has bytes, or wait for the first ones "
          + "with --wait (`open … wait`)"
      case .cannotPunch: "its blocks stay; `reuse` the range and `write` it with zero"
      case .cannotReserve: "make it with --sparse (`create … sparse`)"
      case .system where error.errno == .noSuchFileOrDirectory:
        if whileCreating || (try? Stat(error.path.folder)) == nil {
          "check that its folder exists"
        } else if error.path.isInMadeUpFolder {
          "check the name"
        } else {
          "check the name, create it with --create SIZE, or wait for it with --wait"
        }
      case .locked: "close it there, or look at it without --write"
      case .system where whileCreating: error.remedy ?? "choose another place"
      default: error.remedy
      }
    var line = "\(error.path): \(error.message)"
    if let errno = error.errno { line += " (\(errno))" }
    if let rule = Rule(error.code) { line += "; \(rule)" }
    if let remedy { line += "; \(remedy)" }
    description = line
  }
}
