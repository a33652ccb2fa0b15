// The class of pictures and their map: ONNXRUNTIME=/path/to/libonnxruntime.so explain explained.onnx pixels.raw map.raw
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	onnxruntime "github.com/yalue/onnxruntime_go"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	onnxruntime.SetSharedLibraryPath(os.Getenv("ONNXRUNTIME"))
	check(onnxruntime.InitializeEnvironment())
	inputs, outputs, err := onnxruntime.GetInputOutputInfo(os.Args[1])
	check(err)
	name := ""
	for _, output := range outputs {
		if name == "" && strings.HasPrefix(output.Name, "map/") {
			name = output.Name
		}
	}
	pixels, err := os.ReadFile(os.Args[2])
	check(err)
	shape := inputs[0].Dimensions
	shape[0] = int64(len(pixels)) / (shape[1] * shape[2] * 3)
	pictures, err := onnxruntime.NewTensor(shape, pixels)
	check(err)
	session, err := onnxruntime.NewDynamicAdvancedSession(os.Args[1], []string{"pixels"}, []string{"scores", name}, nil)
	check(err)
	results := []onnxruntime.Value{nil, nil}
	check(session.Run([]onnxruntime.Value{pictures}, results))
	maps := new(bytes.Buffer)
	check(binary.Write(maps, binary.LittleEndian, results[1].(*onnxruntime.Tensor[float32]).GetData()))
	check(os.WriteFile(os.Args[3], maps.Bytes(), 0o644))
	best, scores := 0, results[0].(*onnxruntime.Tensor[float32]).GetData()
	for i, score := range scores[:int64(len(scores))/shape[0]] {
		if score > scores[best] {
			best = i
		}
	}
	fmt.Printf("class %d, score %.3f\n", best, scores[best])
}
