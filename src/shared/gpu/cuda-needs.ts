/**
 * What ONNX Runtime's CUDA provider needs, in the version that package.json asks for (1.30): it is built for CUDA 13 and cuDNN 9
 * (https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html).
 */

/** Of ONNX Runtime itself, from a wheel of its version: beside the binding of onnxruntime-node, which npm ships without them. */
export const providerLibraries = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'] as const;

/** What the provider is linked to, before it is there to be asked. */
export const linkedLibraries = ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10'] as const;

/** What the provider opens itself, so that no linker names it: for convolutions and most else. */
export const cudnnLibrary = 'libcudnn.so.9';

/** Opened by the provider where a model has Fourier transforms; others run without it. */
export const fourierLibrary = 'libcufft.so.12';

export const driverLibrary = 'libcuda.so.1';

/** The first driver for CUDA 13 (https://docs.nvidia.com/deploy/cuda-compatibility/). */
export const leastDriver = 580;

/** Folder that the commands below fill. */
const folder = '"$HOME/.local/share/gradline/cuda';

/** CUDA and cuDNN from NVIDIA's wheels, without root; `pip` adds what they need of each other. */
export const wheelCommands = [
  `python3 -m pip install --target ${folder}" 'nvidia-cuda-runtime>=13,<14' 'nvidia-cuda-nvrtc>=13,<14' \\`,
  "  'nvidia-cublas>=13,<14' 'nvidia-curand>=10.4,<11' 'nvidia-cufft>=12,<13' 'nvidia-cudnn-cu13>=9,<10'",
  `export LD_LIBRARY_PATH=${folder}/nvidia/cu13/lib":${folder}/nvidia/cudnn/lib":$LD_LIBRARY_PATH`,
];

/** The same from NVIDIA's package repository for Debian and Ubuntu. */
export const packageCommand = 'sudo apt-get install cuda-libraries-13-0 libcudnn9-cuda-13';
