import RangedMmap
import SystemPackage

// Commands that touch no range.

extension Session {
  /// The file that a person asks for by this path.
  func output(_ path: String, isForced: Bool, command: String) -> OutputFile {
    let place = outputFolder?.pushing(typed: path) ?? path
    return OutputFile(
      place, isForced: isForced, remedy: "replace it with `\(command) \(Word.quote(path)) force`", inUse: allFilesInUse)
  }

  /// All files that nothing may be written over.
  var allFilesInUse: [OutputFile.InUse] {
    let looked = (try? file?.descriptor.stat()).map { OutputFile.InUse($0, as: "the file that is open here") }
    return filesInUse() + [looked, recorder.fileInUse].compactMap { $0 }
  }

  /// The open file, or an error that says how to open one.
  func openFile() throws(CommandError) -> MmapFile {
    guard let file else { throw CommandError("no file is open: `open PATH` or `create PATH SIZE` first") }
    return file
  }
}
