import Inspector
import TerminalCanvas

extension Theme {
  /// How the roles look.
  var palette: Palette {
    switch self {
    case .dark: .dark
    case .light: .light
    case .contrast: .highContrast
    }
  }
}
