import CNcurses
import VisibleText

// How many columns a text takes, by the C library's wcwidth(3), which ncurses uses too: a canvas that counted otherwise
// would leave half glyphs behind. Terminals agree with it on single scalars, but not on sequences of them (joined emoji,
// skin colours, variants). So the scalars that join are left out, and each part is shown alone.

extension Unicode.Scalar {
  /// 2 for wide glyphs, 0 for marks over the glyph before and for scalars that are left out.
  package var columns: Int {
    // Latin, box drawing and blocks need no call.
    if value < 0x300 || 0x2500..<0x2600 ~= value { return 1 }
    if isHazardous { return 1 }
    if isLeftOut { return 0 }
    // One that the library doesn't know is shown as a dot.
    return width < 0 ? 1 : width
  }

  var shown: Unicode.Scalar { isHazardous || value >= 0x300 && width < 0 ? "·" : self }

  var isMark: Bool { value >= 0x300 && !isLeftOut && !isHazardous && width == 0 }

  // It only says how its neighbours are joined or coloured.
  private var isLeftOut: Bool {
    switch value {
    case 0x200c, 0x200d, 0xfe00...0xfe0f, 0x1f3fb...0x1f3ff: true
    default: false
    }
  }

  // SAFETY: the locale is never freed.
  private var width: Int { Int(unsafe cnc_width(Self.locale, wchar_t(value))) }

  // SAFETY: set once, and only read.
  nonisolated(unsafe) private static let locale = unsafe cnc_text_locale()
}

extension StringProtocol { package var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } } }
