/// A key, a character, or the news that the window changed its size.
public enum Key: Sendable, Equatable {
  /// A character that was typed.
  case character(Unicode.Scalar)
  /// Arrow keys.
  case up
  /// Arrow keys.
  case down
  /// Arrow keys.
  case left
  /// Arrow keys.
  case right
  /// A screenful up.
  case pageUp
  /// A screenful down.
  case pageDown
  /// To the start.
  case home
  /// To the end.
  case end
  /// The enter key.
  case enter
  /// The escape key.
  case escape
  /// The tabulator key.
  case tab
  /// The tabulator key with shift.
  case backTab
  /// The left arrow with control.
  case wordLeft
  /// The right arrow with control.
  case wordRight
  /// The key for help.
  case f1
  /// Deletes to the left.
  case backspace
  /// Deletes under the cursor.
  case delete
  /// The window has another size.
  case resize
  /// Any other key.
  case unknown
}

/// Where canvases are shown and keys come from.
public protocol Terminal: AnyObject {
  /// Columns of the window.
  var width: Int { get }
  /// Rows of the window.
  var height: Int { get }
  /// Whether glyphs outside ASCII can be shown.
  var showsUnicode: Bool { get }

  /// Shows a canvas; only what differs from the last one is sent.
  ///
  /// - Parameters:
  ///   - canvas: What to show.
  ///   - cursor: Where the text cursor blinks, or `nil` to hide it.
  func show(_ canvas: Canvas, cursor: (x: Int, y: Int)?)

  /// The next key that is waiting, or `nil`.
  func nextKey() -> Key?

  /// Gives the terminal back for a while, as for a stop by `Ctrl-Z`.
  func suspend()

  /// Takes the terminal again and shows everything anew.
  func resume()

  /// Gives the terminal back as it was found.
  func close()
}
