import Inspector
import TerminalCanvas

/// What the colours of the screen mean.
extension Role {
  /// Margins, rulers, hints.
  static let dim = Role(1, "d")
  static let title = Role(2, "h")
  static let key = Role(3, "k")
  static let caption = Role(4, "c")
  static let error = Role(5, "e")
  // The states of pages; see `StateRow`.
  static let free = Role(6, "n")
  static let allocated = Role(7, "a")
  static let written = Role(8, "w")
  static let flushing = Role(9, "f")
  static let flushed = Role(10, "s")
  static let lost = Role(11, "x")
  static let clean = Role(12, "r")
  static let dirty = Role(13, "y")
  static let writeback = Role(14, "b")
  static let onDisk = Role(15, "i")
  static let unknown = Role(16, "u")
  /// A page whose bytes another program has changed.
  static let changed = Role(17, "m")
  /// A page that a watched process has faulted in.
  static let faulted = Role(21, "g")
  static let zeroByte = Role(18, "z")
  /// A byte that is printable in ASCII.
  static let textByte = Role(19, "p")
  static let otherByte = Role(20, "o")

  static let all = Palette.rows.map(\.role)
}

// All colours are from xterm's cube and greys: terminals with 256 colours show exactly what those with 24 bits do. They
// were searched for by computer: the nearest to those of Okabe and Ito (2008) that stand out from their ground and stay
// apart for people with each kind of colour blindness. The tests compute the same again.
//
// What means the same has the same colour in both layers; clean is no promise, so it is not the green of flushed.
// Changed shares its glyphs with other states, and is bold for terminals without colours. No yellow can be read on white.

extension Palette {
  static let dark = Palette(ground: 0x14181d, appearances { $0.dark })
  static let light = Palette(ground: 0xffffff, appearances { $0.light })
  /// On a black that is painted: the contrast is promised on no other ground.
  static let highContrast = Palette(ground: 0x000000, paintsGround: true, appearances { $0.highContrast })

  fileprivate enum Weight {
    case plain, bold, faint
  }

  /// A colour, and the one of sixteen that stands in for it.
  fileprivate typealias Color = (rgb: UInt32, ansi: UInt8)
  fileprivate typealias Row = (role: Role, weight: Weight, dark: Color, light: Color, highContrast: Color)

  fileprivate static let rows: [Row] = [
    (.text, .plain, (0xd0d0d0, 7), (0x262626, 0), (0xffffff, 15)),
    (.dim, .faint, (0x8a8a8a, 8), (0x6c6c6c, 8), (0xbcbcbc, 7)),
    (.title, .bold, (0xffffff, 15), (0x000000, 0), (0xffffff, 15)),
    (.key, .bold, (0x5fafff, 14), (0x005faf, 4), (0x87d7ff, 14)),
    (.caption, .bold, (0xffff5f, 11), (0x8700af, 5), (0xffff5f, 11)),
    (.error, .bold, (0xff875f, 9), (0xaf0000, 1), (0xff875f, 9)),
    (.free, .faint, (0x808080, 8), (0x626262, 8), (0xa8a8a8, 7)),
    (.allocated, .plain, (0x5fafd7, 12), (0x005fd7, 4), (0x87d7ff, 14)),
    (.written, .plain, (0xffaf00, 3), (0xaf5f00, 3), (0xffaf00, 3)),
    (.flushing, .plain, (0xffff5f, 11), (0x005f87, 6), (0xffff5f, 11)),
    (.flushed, .plain, (0x00af5f, 2), (0x00875f, 2), (0x00ffaf, 10)),
    (.lost, .bold, (0xff5f5f, 9), (0xaf0000, 1), (0xff5f5f, 9)),
    (.clean, .plain, (0xd0d0d0, 7), (0x262626, 0), (0xffffff, 15)),
    (.dirty, .plain, (0xffaf00, 3), (0xaf5f00, 3), (0xffaf00, 3)),
    (.writeback, .plain, (0xffff5f, 11), (0x005f87, 6), (0xffff5f, 11)),
    (.onDisk, .plain, (0x9e9e9e, 6), (0x444444, 4), (0xd0d0d0, 6)),
    (.unknown, .plain, (0xd787ff, 5), (0x8700ff, 5), (0xd787ff, 5)),
    (.changed, .bold, (0xd75faf, 13), (0xaf0087, 13), (0xff87d7, 13)),
    (.faulted, .plain, (0xafffaf, 10), (0x0000af, 12), (0xafff87, 2)),
    (.zeroByte, .faint, (0x808080, 8), (0x6c6c6c, 8), (0xa8a8a8, 7)),
    (.textByte, .plain, (0x87d7ff, 14), (0x005faf, 4), (0x87d7ff, 14)),
    (.otherByte, .plain, (0xd7af5f, 3), (0x875f00, 3), (0xffd75f, 11)),
  ]

  private static func appearances(_ color: (Row) -> Color) -> [Role: Appearance] {
    Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let (rgb, ansi) = color(row)
        return (row.role, Appearance(rgb, ansi, isBold: row.weight == .bold, isFaint: row.weight == .faint))
      })
  }
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
