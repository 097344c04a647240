import RangedMmap
import SystemPackage

// Files that a person asks for, and what they may not replace.

extension Session {
  /// The file that a person asks for by this path.
  func output(_ path: String, isForced: Bool, command: String) -> OutputFile {
    let place = host.outputFolder?.pushing(typed: path) ?? path
    return OutputFile(
      place, isForced: isForced, remedy: "replace it with `\(command) \(Word.quote(path)) force`", inUse: allFilesInUse)
  }

  /// All files that nothing may be written over.
  var allFilesInUse: [OutputFile.InUse] {
    let looked = (try? file?.descriptor.stat()).map { OutputFile.InUse($0, as: "the file that is open here") }
    return host.filesInUse() + [looked, recorder.fileInUse].compactMap { $0 }
  }
}
