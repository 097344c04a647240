import RangedMmap
import SystemPackage

// Commands that touch no range.

extension Session {
  func screen(_ path: String?, _ isForced: Bool) throws(CommandError) -> Event {
    guard let takeScreen else { throw CommandError("screen: nothing is drawn here") }
    guard let path else { return Event(.output, try takeScreen(nil)) }
    _ = try takeScreen(output(path, isForced: isForced, command: "screen"))
    return .done("saved \(path)")
  }

  func set(_ setting: Setting) -> Event {
    switch setting {
    case .pattern(let pattern): self.pattern = pattern
    case .speed(let speed): self.speed = speed
    case .ascii(let isOn): isASCII = isOn
    case .follow(let isOn): followsName = isOn
    }
    return Event(.done, [])
  }

  func help(_ name: String?) throws(CommandError) -> Event {
    guard let name else {
      let width = Verb.all.map(\.name.count).max() ?? 0
      return Event(
        .output,
        Verb.all.map { $0.name + String(repeating: " ", count: width + 2 - $0.name.count) + $0.help })
    }
    guard let verb = Verb.named(name) else {
      let suggestion = Spelling.suggestion(for: name, among: Verb.all.map(\.name))
      throw CommandError("\(name): no such command; \(suggestion)`help` lists them")
    }
    return Event(.output, verb.manual)
  }

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
