extension Canvas {
  /// The frame as text with the escape sequences of xterm's 256 colours, for `cat`.
  public func ansi(_ palette: Palette) -> String {
    var text = ""
    for y in 0..<height {
      for run in runs(inRow: y) {
        let look = palette[run.style.role]
        text += "\u{1b}[0\(look.isBold ? ";1" : "")\(run.style.isReversed ? ";7" : "")"
        text += run.style.role == .text ? "m" : ";38;5;\(look.xterm)m"
        text += run.text
      }
      text += "\u{1b}[0m\n"
    }
    return text
  }
}
