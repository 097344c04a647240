// All colours are from xterm's cube and greys, so that terminals with 256 colours show exactly what those with 24 bits
// do. They were searched for by computer: the nearest to those of Okabe and Ito (2008) that stand out from their ground
// and stay apart for people with each kind of colour blindness. The tests compute the same again.
//
// What means the same wears the same colour in both layers; clean is no promise, so it is not the green of flushed.
// Changed shares its glyphs with other states, and is bold for where there are no colours.

extension Palette {
  /// For terminals with a dark ground.
  package static let dark = Palette(ground: 0x14181d) { role in
    switch role {
    case .text: (0xd0d0d0, 7, false)
    case .dim: (0x8a8a8a, 8, false)
    case .title: (0xffffff, 15, true)
    case .key: (0x5fafff, 14, true)
    case .caption: (0xffff5f, 11, true)
    case .error: (0xff875f, 9, true)
    case .free: (0x808080, 8, false)
    case .allocated: (0x5fafd7, 12, false)
    case .written, .dirty: (0xffaf00, 3, false)
    case .flushing, .writeback: (0xffff5f, 11, false)
    case .flushed: (0x00af5f, 2, false)
    case .lost: (0xff5f5f, 9, true)
    case .clean: (0xd0d0d0, 7, false)
    case .onDisk: (0x9e9e9e, 6, false)
    case .unknown: (0xd787ff, 5, false)
    case .changed: (0xd75faf, 13, true)
    case .zeroByte: (0x808080, 8, false)
    case .textByte: (0x87d7ff, 14, false)
    case .otherByte: (0xd7af5f, 3, false)
    }
  }

  /// For terminals with a light ground.
  package static let light = Palette(ground: 0xffffff) { role in
    switch role {
    case .text: (0x262626, 0, false)
    case .dim: (0x6c6c6c, 8, false)
    case .title: (0x000000, 0, true)
    case .key: (0x005faf, 4, true)
    case .caption: (0x8700af, 5, true)
    case .error: (0xaf0000, 1, true)
    case .free: (0x626262, 8, false)
    case .allocated: (0x005fd7, 4, false)
    case .written, .dirty: (0xaf5f00, 3, false)
    // No yellow can be read on white.
    case .flushing, .writeback: (0x005f87, 6, false)
    case .flushed: (0x00875f, 2, false)
    case .lost: (0xaf0000, 1, true)
    case .clean: (0x262626, 0, false)
    case .onDisk: (0x444444, 4, false)
    case .unknown: (0x8700ff, 5, false)
    case .changed: (0xaf0087, 13, true)
    case .zeroByte: (0x6c6c6c, 8, false)
    case .textByte: (0x005faf, 4, false)
    case .otherByte: (0x875f00, 3, false)
    }
  }

  /// White and bright colours on a black that is painted, since what is promised of contrast holds on no other.
  package static let highContrast = Palette(ground: 0x000000, paintsGround: true) { role in
    switch role {
    case .text: (0xffffff, 15, false)
    case .dim: (0xbcbcbc, 7, false)
    case .title: (0xffffff, 15, true)
    case .key: (0x87d7ff, 14, true)
    case .caption: (0xffff5f, 11, true)
    case .error: (0xff875f, 9, true)
    case .free: (0xa8a8a8, 7, false)
    case .allocated: (0x87d7ff, 14, false)
    case .written, .dirty: (0xffaf00, 3, false)
    case .flushing, .writeback: (0xffff5f, 11, false)
    case .flushed: (0x00ffaf, 10, false)
    case .lost: (0xff5f5f, 9, true)
    case .clean: (0xffffff, 15, false)
    case .onDisk: (0xd0d0d0, 6, false)
    case .unknown: (0xd787ff, 5, false)
    case .changed: (0xff87d7, 13, true)
    case .zeroByte: (0xa8a8a8, 7, false)
    case .textByte: (0x87d7ff, 14, false)
    case .otherByte: (0xffd75f, 11, false)
    }
  }
}
