import Glibc
import Inspector
import SystemPackage
import TerminalCanvas

/// Where the frame after each command goes: files with numbers in a folder, or standard output.
struct Frames {
  private let folder: FilePath?
  private var count = 0

  /// - Parameter path: A folder, which is made if it is missing, or `-` for standard output.
  /// - Throws: When there is no such folder and none can be made.
  init(_ path: String) throws(UsageError) {
    // A lesson moves elsewhere before it draws.
    folder = path == "-" ? nil : FilePath.workingFolder?.pushing(FilePath(path)) ?? FilePath(path)
    // SAFETY: the path is a string that ends with a zero, for the length of the call.
    guard let folder, unsafe folder.withPlatformString({ unsafe mkdir($0, 0o777) }) != 0 else { return }
    let error = Errno(rawValue: errno)
    guard error == .fileExists else {
      throw UsageError(description: "--frames \(path): can't make this folder (\(error)); choose another place")
    }
  }

  /// Writes the next frame; one that is there already stays.
  mutating func take(_ canvas: Canvas, _ palette: Palette) throws(ScriptError) {
    guard let folder else {
      try LinePrinter.print(canvas.textLines)
      return
    }
    count += 1
    let number = String(count)
    let name = String(repeating: "0", count: max(0, 4 - number.count)) + number + ".txt"
    do throws(CommandError) {
      _ = try Screenshot.take(canvas, palette, folder.appending(name).string, isForced: false)
    } catch { throw ScriptError(Event(.failure, ["--frames: \(error)"])) }
  }
}
