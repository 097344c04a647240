import Inspector
import RangedMmap
import SystemPackage
import TerminalCanvas
import VisibleText

extension RunLoop {
  /// Offers what can be begun with.
  func offerStart() {
    var files: [String] = []
    for path in recentFiles.lines.reversed() where !files.contains(path) { files.append(path) }
    interface.start = StartMenu(files: files, lessons: (try? Lesson.all()) ?? [])
  }

  /// Takes a key that moves in the list or begins with what is chosen; whether it was one.
  func takeAtStart(_ key: Key) -> Bool {
    guard session.file == nil, session.job == nil, interface.start != nil else { return false }
    if interface.start?.move(key) == true { return true }
    guard key == .enter, let choice = interface.start?.choice else { return false }
    begin(with: choice)
    return true
  }

  /// A press chooses a row; on the chosen one it begins.
  func pointAtStart(_ event: MouseEvent, _ layout: Layout) {
    guard session.file == nil, session.job == nil, let menu = interface.start else { return }
    switch event.kind {
    case .scrollUp: _ = interface.start?.move(.up)
    case .scrollDown: _ = interface.start?.move(.down)
    case .press:
      guard let row = menu.row(x: event.x, y: event.y, layout) else { return }
      if row == menu.chosen { _ = takeAtStart(.enter) } else { interface.start?.choose(row) }
    case .drag, .release: break
    }
  }

  private func begin(with choice: StartMenu.Choice) {
    switch choice {
    case .file(let path): perform(.open(path: path, forWriting: false))
    case .create: interface.prompt = Prompt("create ")
    case .open: interface.prompt = Prompt("open ")
    case .lesson(let number):
      guard startsLessons else {
        session.note(Event(.notice, ["`mmapview --lesson \(number)` plays it: here something is being recorded"]))
        return
      }
      nextLesson = number
    }
  }

  /// Remembers a file that was opened, by its name from the root; not those of lessons.
  func rememberFile() {
    guard let file = session.file, file.path != lastFile else { return }
    lastFile = file.path
    guard session.host.outside == nil else { return }
    let path = (FilePath.workingFolder?.pushing(file.path) ?? file.path).string
    // The list has a name a line, and shows it as it is.
    if !path.unicodeScalars.contains(where: \.isHazardous) { recentFiles.record(path) }
  }
}
