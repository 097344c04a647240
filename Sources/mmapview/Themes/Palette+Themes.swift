import Inspector
import TerminalCanvas

// All colours are from xterm's cube and greys, so that terminals with 256 colours show exactly what those with 24 bits
// do. They were searched for by computer: the nearest to those of Okabe and Ito (2008) that stand out from their ground
// and stay apart for people with each kind of colour blindness. The tests compute the same again.
//
// What means the same wears the same colour in both layers; clean is no promise, so it is not the green of flushed.
// Changed shares its glyphs with other states, and is bold for where there are no colours.

extension Palette {
  /// For terminals with a dark ground.
  static let dark = Palette(
    ground: 0x14181d,
    [
      .text: Appearance(0xd0d0d0, 7),
      .dim: Appearance(0x8a8a8a, 8, isFaint: true),
      .title: Appearance(0xffffff, 15, isBold: true),
      .key: Appearance(0x5fafff, 14, isBold: true),
      .caption: Appearance(0xffff5f, 11, isBold: true),
      .error: Appearance(0xff875f, 9, isBold: true),
      .free: Appearance(0x808080, 8, isFaint: true),
      .allocated: Appearance(0x5fafd7, 12),
      .written: Appearance(0xffaf00, 3),
      .dirty: Appearance(0xffaf00, 3),
      .flushing: Appearance(0xffff5f, 11),
      .writeback: Appearance(0xffff5f, 11),
      .flushed: Appearance(0x00af5f, 2),
      .lost: Appearance(0xff5f5f, 9, isBold: true),
      .clean: Appearance(0xd0d0d0, 7),
      .onDisk: Appearance(0x9e9e9e, 6),
      .unknown: Appearance(0xd787ff, 5),
      .changed: Appearance(0xd75faf, 13, isBold: true),
      .zeroByte: Appearance(0x808080, 8, isFaint: true),
      .textByte: Appearance(0x87d7ff, 14),
      .otherByte: Appearance(0xd7af5f, 3),
    ])

  /// For terminals with a light ground.
  static let light = Palette(
    ground: 0xffffff,
    [
      .text: Appearance(0x262626, 0),
      .dim: Appearance(0x6c6c6c, 8, isFaint: true),
      .title: Appearance(0x000000, 0, isBold: true),
      .key: Appearance(0x005faf, 4, isBold: true),
      .caption: Appearance(0x8700af, 5, isBold: true),
      .error: Appearance(0xaf0000, 1, isBold: true),
      .free: Appearance(0x626262, 8, isFaint: true),
      .allocated: Appearance(0x005fd7, 4),
      .written: Appearance(0xaf5f00, 3),
      .dirty: Appearance(0xaf5f00, 3),
      // No yellow can be read on white.
      .flushing: Appearance(0x005f87, 6),
      .writeback: Appearance(0x005f87, 6),
      .flushed: Appearance(0x00875f, 2),
      .lost: Appearance(0xaf0000, 1, isBold: true),
      .clean: Appearance(0x262626, 0),
      .onDisk: Appearance(0x444444, 4),
      .unknown: Appearance(0x8700ff, 5),
      .changed: Appearance(0xaf0087, 13, isBold: true),
      .zeroByte: Appearance(0x6c6c6c, 8, isFaint: true),
      .textByte: Appearance(0x005faf, 4),
      .otherByte: Appearance(0x875f00, 3),
    ])

  /// White and bright colours on a black that is painted, since what is promised of contrast holds on no other.
  static let highContrast = Palette(
    ground: 0x000000, paintsGround: true,
    [
      .text: Appearance(0xffffff, 15),
      .dim: Appearance(0xbcbcbc, 7, isFaint: true),
      .title: Appearance(0xffffff, 15, isBold: true),
      .key: Appearance(0x87d7ff, 14, isBold: true),
      .caption: Appearance(0xffff5f, 11, isBold: true),
      .error: Appearance(0xff875f, 9, isBold: true),
      .free: Appearance(0xa8a8a8, 7, isFaint: true),
      .allocated: Appearance(0x87d7ff, 14),
      .written: Appearance(0xffaf00, 3),
      .dirty: Appearance(0xffaf00, 3),
      .flushing: Appearance(0xffff5f, 11),
      .writeback: Appearance(0xffff5f, 11),
      .flushed: Appearance(0x00ffaf, 10),
      .lost: Appearance(0xff5f5f, 9, isBold: true),
      .clean: Appearance(0xffffff, 15),
      .onDisk: Appearance(0xd0d0d0, 6),
      .unknown: Appearance(0xd787ff, 5),
      .changed: Appearance(0xff87d7, 13, isBold: true),
      .zeroByte: Appearance(0xa8a8a8, 7, isFaint: true),
      .textByte: Appearance(0x87d7ff, 14),
      .otherByte: Appearance(0xffd75f, 11),
    ])
}

extension Theme {
  var palette: Palette {
    switch self {
    case .dark: .dark
    case .light: .light
    case .contrast: .highContrast
    }
  }
}
