import Glibc
import Inspector
import SystemPackage
import TerminalCanvas
import VisibleText

/// Where the frame after each command goes: files with numbers in a folder, or standard output.
struct Frames {
  private let path: String
  private let folder: FilePath?
  private var count = 0

  /// Names a folder, which is made later if it is missing, or `-` for standard output.
  init(_ path: String) throws {
    guard !path.isEmpty else { throw UsageError(description: "--frames \"\": is no folder; name one, or a new one") }
    self.path = path
    // A lesson moves elsewhere before it draws.
    folder = path == "-" ? nil : FilePath.workingFolder?.pushing(FilePath(path)) ?? FilePath(path)
    guard let folder else { return }
    switch (try? Stat(folder))?.type {
    case .directory?: try Self.output(folder, 1).check()
    // Whatever may make a file there may make a folder.
    case nil: try OutputFile(folder.string, isForced: false).check()
    case _?: throw UsageError(description: "--frames \(path): is no folder; name one, or a new one")
    }
  }

  func begin() throws(CommandError) {
    // SAFETY: the path is a string that ends with a zero, for the length of the call.
    guard let folder, unsafe folder.withPlatformString({ unsafe mkdir($0, 0o777) }) != 0, errno != EEXIST else {
      return
    }
    let error = Errno(rawValue: errno)
    throw CommandError("--frames \(path): can't make this folder (\(error)); choose another place")
  }

  /// Writes the next frame; one that is there already stays.
  mutating func take(_ canvas: Canvas, _ palette: Palette) throws(ScriptError) {
    guard let folder else {
      try LinePrinter.print(canvas.textLines)
      return
    }
    count += 1
    do throws(CommandError) { _ = try Screenshot.take(canvas, palette, Self.output(folder, count)) } catch {
      throw ScriptError(Event(.failure, ["--frames: \(error)"]))
    }
  }

  private static func output(_ folder: FilePath, _ count: Int) -> OutputFile {
    let name = zeroPadded(count, to: 4) + ".txt"
    return OutputFile(folder.appending(name).string, isForced: false, remedy: "move the frames that are there away")
  }
}
