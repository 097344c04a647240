import Inspector
import SystemPackage
import TerminalCanvas

enum Screenshot {
  /// Saves a frame, in the form that the path's ending names; without a file, returns it as lines of text.
  static func take(_ canvas: Canvas, _ palette: Palette, _ file: OutputFile?) throws(CommandError) -> [String] {
    guard let file else { return canvas.textLines }
    let text: String =
      switch FilePath(file.path).extension {
      case "txt": canvas.golden
      case "ansi": canvas.ansi(palette)
      case "svg": canvas.svg(palette)
      default:
        throw CommandError("\(file.path): a screen is saved as .txt, .ansi or .svg; give the path one of these endings")
      }
    try file.save(text)
    return []
  }
}
