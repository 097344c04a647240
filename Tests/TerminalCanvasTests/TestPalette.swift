import TerminalCanvas

// Roles and palettes of a program that draws.

extension Role {
  static let title = Role(1, "h")
  static let written = Role(2, "w")
  static let dirty = Role(3, "y")
  static let lost = Role(4, "x")
  static let flushed = Role(5, "s")
  static let free = Role(6, "n")
  static let error = Role(7, "e")
  static let all = [text, title, written, dirty, lost, flushed, free, error]
}

extension Palette {
  static let dark = Palette(
    ground: 0x14181d,
    [
      .text: Appearance(0xd0d0d0, 7), .title: Appearance(0xffffff, 15, isBold: true),
      .written: Appearance(0xffaf00, 3), .dirty: Appearance(0xffaf00, 3), .lost: Appearance(0xff5f5f, 9, isBold: true),
      .flushed: Appearance(0x00af5f, 2), .free: Appearance(0x808080, 8, isFaint: true),
      .error: Appearance(0xff875f, 9, isBold: true),
    ])
  static let light = Palette(ground: 0xffffff, [.text: Appearance(0x262626, 0), .error: Appearance(0xaf0000, 1)])
  static let highContrast = Palette(
    ground: 0x000000, paintsGround: true, [.text: Appearance(0xffffff, 15), .error: Appearance(0xff875f, 9)])
}
