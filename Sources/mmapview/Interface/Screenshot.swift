import CLinux
import Glibc
import Inspector
import SystemPackage
import TerminalCanvas

/// Saves a frame, in the form that its path's ending names.
enum Screenshot {
  /// Gives the frame as lines of text, or saves it.
  ///
  /// The file is made whole under another name and then moved, so that none is ever half there, and one that exists is
  /// replaced only by force.
  static func take(
    _ canvas: Canvas, _ palette: Palette, _ path: String?, isForced: Bool
  ) throws(CommandError) -> [String] {
    guard let path else { return canvas.textLines }
    let text: String =
      switch FilePath(path).extension {
      case "txt": canvas.golden
      case "ansi": canvas.ansi(palette)
      case "svg": canvas.svg(palette)
      default:
        throw CommandError("\(path): a screen is saved as .txt, .ansi or .svg; give the path one of these endings")
      }
    let scratch = FilePath(path).removingLastComponent().appending(
      ".mmapview-screen-\(UInt64.random(in: .min ... .max))")
    do {
      let file = try FileDescriptor.open(
        scratch, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666))
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
      // SAFETY: the C strings live as long as the closure.
      let code = unsafe scratch.withPlatformString { from in
        unsafe path.withCString { to in unsafe clinux_rename(from, to, isForced) }
      }
      if code != 0 { throw Errno(rawValue: code) }
    } catch {
      // SAFETY: as above; the name is this call's own.
      _ = unsafe scratch.withPlatformString { unsafe unlink($0) }
      if error as? Errno == .fileExists {
        throw CommandError("\(path): exists already; choose another name, or replace it with `screen \(path) force`")
      }
      throw CommandError("\(path): can't save the screen (\(error)); choose another place")
    }
    return []
  }
}
