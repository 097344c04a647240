/// How many colours a terminal shows, by its description.
///
/// `COLORTERM` plays no part: ncurses sends 24 bits only where the description has them, and all palettes' colours are
/// among the 256.
enum ColorDepth {
  case none
  /// Bold makes them bright on many terminals.
  case eight
  case sixteen
  case indexed
  /// Numbers are red, green and blue, 8 bits each.
  case direct

  init(count: Int, isDirect: Bool) {
    self =
      switch count {
      case 0x1_000000... where isDirect: .direct
      case 256...: .indexed
      case 16...: .sixteen
      case 8...: .eight
      default: .none
      }
  }
}

/// The colour and weight that a terminal is given for a role.
struct Ink: Equatable {
  /// The colour's number, or -1 for the terminal's own.
  var color: Int32 = -1
  var isBold = false
  var isDim = false
}

extension Palette {
  func ink(_ role: Role, _ depth: ColorDepth) -> Ink { ink(self[role], isText: role == .text, depth) }

  func ink(_ appearance: Appearance, isText: Bool, _ depth: ColorDepth) -> Ink {
    var ink = Ink(isBold: appearance.isBold)
    // Plain text has the colour that people have chosen for their terminal.
    if isText, !paintsGround { return ink }
    switch depth {
    case .none: ink.isDim = appearance.isFaint
    // For grey, which is not among the eight, the text's colour is made faint: black or white would vanish on some ground.
    case .eight where appearance.ansi == 8: ink.isDim = true
    case .eight:
      ink.color = Int32(appearance.ansi % 8)
      if appearance.ansi > 8 { ink.isBold = true }
    case .sixteen: ink.color = Int32(appearance.ansi)
    case .indexed: ink.color = Int32(appearance.xterm)
    case .direct: ink.color = Int32(appearance.rgb)
    }
    return ink
  }

  func paper(_ depth: ColorDepth) -> Int32 {
    guard paintsGround else { return -1 }
    return switch depth {
    case .none: -1
    case .eight, .sixteen: 0
    case .indexed: Int32(Appearance.xterm(nearest: ground))
    case .direct: Int32(ground)
    }
  }
}
