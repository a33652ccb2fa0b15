/** What the numbers of clusters and gaps mean. */

export const terms = {
  size: 'Images in the group.',
  share: "Share of the predicted class's false positives that are in this cluster.",
  gapShare: "Share of the class's misclassified images that are in this gap.",
  spuriousCue:
    "0 to 1: how unlike the class's correct images the cluster looks. Near 1, the network took these images for the class because of something that the class itself does not show.",
  given:
    'Share of correct images of other classes that are taken for the class when they are given what the cluster may share; against those that are given the same of other mistakes.',
  slice:
    'Error rate among the images of the true classes that look like the cluster, against the error rate of those classes as a whole.',
  lookAlikes:
    'Images of the true classes that look like the cluster: how many of them are correct. Few mean that the data lacks this.',
  chance:
    'Probability that so many of an ordinary group of mistakes are as sure as correct answers, by what the other mistakes of the run are like. A cause makes the network sure.',
  setApart:
    'How far earlier layers set these images apart from mistakes for other classes, in standard deviations; each image is left out of what is learned from the others. From about 0.7 on, the images share something that other mistakes lack.',
  gapChance:
    'Probability that so many misclassified images of a class have misclassified neighbours without a cause, corrected for the number of classes.',
  distance:
    "Median distance of the evidence to the nearest correct images of the class, over the median among the correct images themselves. 1 is usual; far above it, the class's correct images show nothing like this.",
  referenceDistance: 'The same against the images of the reference run, usually the training set.',
  referenceRarer:
    "How many times as rare images like these are in the reference run as images like the class's correct ones: by whose images their nearest neighbours are. 1 is usual; from about 2 on, the reference lacks them.",
} as const;
