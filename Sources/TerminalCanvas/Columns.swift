import CNcurses
import VisibleText

// How many columns a text takes. The C library is asked, as ncurses asks it: a canvas that counted otherwise would leave
// half glyphs behind. Terminals agree with it on single scalars, and not on what they make of several: sequences that are
// joined, colours of skin, other looks. So those that join are left out, and each part shows alone.

extension Unicode.Scalar {
  /// How many columns a canvas gives it: 2 for wide glyphs, 0 for marks over the glyph before and for what is left out.
  package var columns: Int {
    // Latin, and the lines and blocks of which screens are made.
    if value < 0x300 || 0x2500..<0x2600 ~= value { return 1 }
    if isHazardous { return 1 }
    if isLeftOut { return 0 }
    // What the library doesn't know has a stand-in.
    let width = width
    return width < 0 ? 1 : width
  }

  /// What a canvas shows of it.
  var shown: Unicode.Scalar { isHazardous || value >= 0x300 && width < 0 ? "·" : self }

  /// Whether it stands over the glyph before it.
  var isMark: Bool { value >= 0x300 && !isLeftOut && !isHazardous && width == 0 }

  // What only says how its neighbours are to be joined or coloured.
  private var isLeftOut: Bool {
    switch value {
    case 0x200c, 0x200d, 0xfe00...0xfe0f, 0x1f3fb...0x1f3ff: true
    default: false
    }
  }

  private var width: Int { Int(unsafe cnc_width(Self.locale, wchar_t(value))) }

  // SAFETY: made once, and only read.
  nonisolated(unsafe) private static let locale = unsafe cnc_text_locale()
}

extension StringProtocol {
  /// How many columns a canvas gives it.
  package var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }
}
