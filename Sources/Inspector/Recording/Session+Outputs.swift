import RangedMmap

extension Session {
  func output(_ path: String, isForced: Bool, command: String) -> OutputFile {
    let place = host.outputFolder?.pushing(typed: path) ?? path
    return OutputFile(
      place, isForced: isForced, remedy: "replace it with `\(command) \(Word.quote(path)) force`", inUse: allFilesInUse)
  }

  var allFilesInUse: [OutputFile.InUse] {
    let opened = (try? file?.descriptor.stat()).map { OutputFile.InUse($0, as: "the file that is open here") }
    return host.filesInUse() + [opened, recorder.fileInUse].compactMap { $0 }
  }
}
