/** What the numbers of clusters and gaps mean. */

export const terms = {
  size: 'Images in the group.',
  share: "Share of the predicted class's false positives that are in this cluster.",
  gapShare: "Share of the class's misclassified images that are in this gap.",
  spuriousCue:
    "0 to 1: how unlike the class's correct images the cluster looks. Near 1, the network took these images for the class because of something that the class itself does not show.",
  slice:
    'Error rate among the images of the true classes that look like the cluster, against the error rate of those classes as a whole.',
  lookAlikes:
    'Images of the true classes that look like the cluster: how many of them are correct. Few mean that the data lacks this.',
  chance:
    'Probability of such a group without a cause, corrected for the number of groups. Groups above the limit are listed, but nothing is claimed about them.',
  distance:
    "Median distance of the evidence to the nearest correct images of the class, over the median among the correct images themselves. 1 is usual; far above it, the class's correct images show nothing like this.",
  referenceDistance: 'The same against the images of the reference run, usually the training set.',
} as const;
