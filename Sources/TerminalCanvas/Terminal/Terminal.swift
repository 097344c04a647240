/// Where canvases are shown and keys come from.
package protocol Terminal: AnyObject {
  var width: Int { get }
  var height: Int { get }
  /// Whether glyphs outside ASCII can be shown.
  var showsUnicode: Bool { get }
  /// Another one is seen at the next canvas.
  var palette: Palette { get set }
  /// So far, or `nil` where they can't be counted.
  var bytesSent: Int? { get }

  func show(_ canvas: Canvas, cursor: (x: Int, y: Int)?)
  /// The next key that is waiting, or `nil`.
  func nextKey() -> Key?
  /// Gives the terminal back for a while, as for a stop by `Ctrl-Z`.
  func suspend()
  /// Takes the terminal again; the next canvas is sent whole.
  func resume()
  func close()
}
