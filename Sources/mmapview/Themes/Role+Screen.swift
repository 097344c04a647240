import TerminalCanvas

/// What the colours of the screen mean.
extension Role {
  /// What may be overlooked: margins, rulers, hints.
  static let dim = Role(1, "d")
  static let title = Role(2, "h")
  /// A key that can be pressed.
  static let key = Role(3, "k")
  static let caption = Role(4, "c")
  static let error = Role(5, "e")
  /// A page that nobody has.
  static let free = Role(6, "n")
  /// A page that is to be written.
  static let allocated = Role(7, "a")
  /// A page that may still be lost.
  static let written = Role(8, "w")
  /// A page on its way to the device.
  static let flushing = Role(9, "f")
  static let flushed = Role(10, "s")
  /// A lost page.
  static let lost = Role(11, "x")
  /// A page that is in memory and equals the disk.
  static let clean = Role(12, "r")
  /// A page that is in memory and differs from the disk.
  static let dirty = Role(13, "y")
  /// A page that is being written to the disk.
  static let writeback = Role(14, "b")
  /// A page that is on the disk alone.
  static let onDisk = Role(15, "i")
  /// A page of which nothing is known.
  static let unknown = Role(16, "u")
  /// A page whose bytes somebody else has changed.
  static let changed = Role(17, "m")
  static let zeroByte = Role(18, "z")
  /// A byte that is printable in ASCII.
  static let textByte = Role(19, "p")
  static let otherByte = Role(20, "o")

  static let all = [
    text, dim, title, key, caption, error, free, allocated, written, flushing, flushed, lost, clean, dirty, writeback,
    onDisk, unknown, changed, zeroByte, textByte, otherByte,
  ]
}
