import Inspector
import SystemPackage
import TerminalCanvas

/// Saves a frame, in the form that its path's ending names.
enum Screenshot {
  /// Gives the frame as lines of text, or saves it; a file that exists is replaced only if it is a screenshot's kind.
  static func take(_ canvas: Canvas, _ path: String?, _ glyphs: Glyphs) throws(CommandError) -> [String] {
    guard let path else { return canvas.textLines }
    let text: String =
      switch FilePath(path).extension {
      case "txt": canvas.golden
      case "ansi": canvas.ansi(.dark)
      case "svg": canvas.svg(.dark)
      default:
        throw CommandError("\(path): a screen is saved as .txt, .ansi or .svg; give the path one of these endings")
      }
    do {
      let file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .init(rawValue: 0o666))
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
    } catch { throw CommandError("\(path): can't save the screen (\(error))") }
    return []
  }
}
