import RangedMmap

// What part of the file is looked at, and what is selected in it.

extension Session {
  /// Takes how it is to be shown and played from the command line.
  ///
  /// No recording tells of it: it is nothing that was done to the file, and whoever plays the recording chooses anew.
  package func begin(layer: Layer?, theme: Theme?, speed: Speed?, followsName: Bool = false) {
    self.followsName = followsName
    if let layer { chosenLayer = layer }
    if let theme { self.theme = theme }
    if let speed { self.speed = speed }
  }
}
